package io.keyway.it.fuzz;

import io.keyway.ike.message.PayloadType;

/** A CP payload (RFC 7296 section 3.15). */
public final class CpTarget {
  private CpTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Wire.payload(PayloadType.CP, data);
  }
}
