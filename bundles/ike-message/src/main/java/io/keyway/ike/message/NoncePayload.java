package io.keyway.ike.message;

/** Ni or Nr (RFC 7296 section 3.9): 16 to 256 octets. */
public record NoncePayload(Octets nonce) implements Payload {
  public static final int MIN_LENGTH = 16;
  public static final int MAX_LENGTH = 256;

  @Override
  public int payloadType() {
    return PayloadType.NONCE;
  }
}
