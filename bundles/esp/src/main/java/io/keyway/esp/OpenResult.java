package io.keyway.esp;

/** What became of an ESP packet that arrived. */
public sealed interface OpenResult {

  /**
   * Verified and decrypted.
   *
   * @param content the payload (or the whole IP packet, for the mode helpers); the caller's own
   * @param nextHeader protocol number of the content
   * @param sequence the full sequence number, high bits inferred
   */
  record Opened(byte[] content, int nextHeader, long sequence) implements OpenResult {}

  /**
   * A dummy packet (next header 59, RFC 4303 section 2.6): genuine, counted, discarded.
   *
   * @param sequence its full sequence number
   */
  record Dummy(long sequence) implements OpenResult {}

  /**
   * The ICV does not match: corrupted, forged, or protected with another key.
   *
   * @param sequence the number under which it was checked
   */
  record IntegrityFailure(long sequence) implements OpenResult {}

  /**
   * Already seen, or older than the window.
   *
   * @param sequence the number under which it was checked
   */
  record Replayed(long sequence) implements OpenResult {}

  /**
   * The SPI is that of another SA.
   *
   * @param spi what the packet carries
   */
  record WrongSpi(int spi) implements OpenResult {}

  /**
   * Not a well-formed ESP packet for this SA.
   *
   * @param reason what is wrong with it
   */
  record Malformed(String reason) implements OpenResult {}
}
