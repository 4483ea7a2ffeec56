package io.keyway.ike.message;

/** CERTREQ (RFC 7296 section 3.7): for X.509, hashes of accepted authorities' keys in a row. */
public record CertificateRequestPayload(int encoding, Octets authorities) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.CERTREQ;
  }
}
