package io.keyway.ike.message;

import java.util.Optional;

/**
 * What encrypts and decrypts the body of an SK payload. Implemented beside the keys; this package
 * only lays out the octets:
 *
 * <pre>
 * header, SK generic header | IV, ciphertext of payloads and padding, ICV
 * `------- prefix ---------' `----------------- body -------------------'
 * </pre>
 */
public interface MessageProtection {
  /** Length of the body for inner payloads of {@code plaintextOctets}, padding included. */
  int bodyOctets(int plaintextOctets);

  /**
   * Pads, encrypts and authenticates.
   *
   * @param prefix everything before the IV, with all lengths final
   * @return the body
   */
  byte[] seal(byte[] prefix, byte[] plaintext);

  /**
   * Checks and decrypts.
   *
   * @param message the whole message, which ends with the body
   * @param bodyOffset of the IV
   * @return the inner payloads without padding; empty if they are not authentic
   */
  Optional<byte[]> open(byte[] message, int bodyOffset);
}
