package io.keyway.ike.message;

/**
 * SKF (RFC 7383 section 2.5) as found in a datagram.
 *
 * @param firstInner type of the first payload inside, 0 in all fragments but the first
 * @param fragment number of this fragment, from 1
 * @param total fragments of the message
 * @param offset of the IV, from the start of the message
 * @param length octets of IV, ciphertext and integrity check together
 */
public record EncryptedFragmentPayload(
    int firstInner, int fragment, int total, int offset, int length) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.SKF;
  }
}
