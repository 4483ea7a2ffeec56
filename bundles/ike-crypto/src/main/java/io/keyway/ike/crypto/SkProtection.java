package io.keyway.ike.crypto;

/**
 * Protects the Encrypted payloads (SK, RFC 7296 section 3.14; SKF, RFC 7383) of one direction of
 * one IKE SA. Safe for many threads; {@link #close()} wipes the keys.
 *
 * <p>The octets of a message fall into two parts. The <em>prefix</em> reaches from the first octet
 * of the IKE header to the last octet before the IV: header, unprotected payloads, generic header
 * of the Encrypted payload (with SKF also fragment number and total), with all lengths and Next
 * Payload fields final. The <em>body</em> is IV, ciphertext and integrity check value, and ends
 * with the message.
 */
public interface SkProtection extends AutoCloseable {

  /** Length of the body in octets for inner payloads of {@code plaintextOctets}. */
  int bodyOctets(int plaintextOctets);

  /**
   * Pads, encrypts and authenticates.
   *
   * @param prefix see above; its length fields already count {@link #bodyOctets}
   * @param plaintext the inner payloads; the caller keeps it
   * @return the body
   * @throws IllegalStateException after {@link #close()}, or when all IVs of the key are used up
   */
  byte[] seal(byte[] prefix, byte[] plaintext);

  /**
   * Checks and decrypts.
   *
   * @param message the whole message, exactly as long as its IKE header says
   * @param bodyOffset where the IV starts, in octets from the start of the IKE header
   * @throws IllegalStateException after {@link #close()}
   */
  SkOpenResult open(byte[] message, int bodyOffset);

  /**
   * The IV that the next {@link #seal} will use, when IVs are counted (AEAD); 0 when they are
   * random. Who restores an IKE SA continues at a value that was surely never used.
   */
  long nextIv();

  /** Wipes the keys. */
  @Override
  void close();
}
