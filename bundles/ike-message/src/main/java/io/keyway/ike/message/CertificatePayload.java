package io.keyway.ike.message;

/** CERT (RFC 7296 section 3.6): one certificate or a reference to one. */
public record CertificatePayload(int encoding, Octets data) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.CERT;
  }
}
