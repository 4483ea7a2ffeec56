package io.keyway.esp;

/** What became of a packet that was to be protected. */
public sealed interface SealResult {

  /**
   * Protected.
   *
   * @param packet the ESP packet (or the whole IP packet, for the mode helpers); the caller's own
   * @param sequence the full sequence number that it carries
   */
  record Sealed(byte[] packet, long sequence) implements SealResult {}

  /**
   * The counter has reached its end (2^32 - 1, or 2^64 - 1 with ESN); RFC 4303 section 3.3.3
   * forbids it to cycle, so this SA protects nothing any more and must be replaced.
   */
  record SequenceExhausted() implements SealResult {}

  /**
   * The packet cannot be carried.
   *
   * @param reason what is wrong with it
   */
  record Refused(String reason) implements SealResult {}
}
