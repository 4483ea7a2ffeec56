package io.keyway.ike.message;

/**
 * SK (RFC 7296 section 3.14) as found in a datagram: where its octets lie. Everything before {@code
 * offset} is what AEAD transforms authenticate besides (RFC 5282 section 5.1).
 *
 * @param firstInner type of the first payload inside
 * @param offset of the IV, from the start of the message
 * @param length octets of IV, ciphertext and integrity check together
 */
public record EncryptedPayload(int firstInner, int offset, int length) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.SK;
  }
}
