package io.keyway.it.fuzz;

import io.keyway.ike.message.PayloadType;

/** CERT and CERTREQ payloads (RFC 7296 sections 3.6 and 3.7). */
public final class CertTarget {
  private CertTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Wire.payload(PayloadType.CERT, data);
    Wire.payload(PayloadType.CERTREQ, data);
  }
}
