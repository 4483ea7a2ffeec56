package io.keyway.it.fuzz;

import io.keyway.ike.message.PayloadType;

/** An EAP payload (RFC 7296 section 3.16). */
public final class EapTarget {
  private EapTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Wire.payload(PayloadType.EAP, data);
  }
}
