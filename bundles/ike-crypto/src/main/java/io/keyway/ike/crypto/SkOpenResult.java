package io.keyway.ike.crypto;

/** What became of a received Encrypted payload. */
public sealed interface SkOpenResult {

  /**
   * Genuine.
   *
   * @param plaintext the inner payloads, padding removed; may be empty
   */
  record Opened(byte[] plaintext) implements SkOpenResult {
    /** Never the content. */
    @Override
    public String toString() {
      return "Opened[" + plaintext.length + " octets]";
    }
  }

  /**
   * Not genuine, or malformed: to be dropped without an answer (RFC 7296 section 2.21.2).
   *
   * @param reason for a counter and the log at debug level; reveals nothing of the content
   */
  record Rejected(Reason reason) implements SkOpenResult {}

  /** Why a payload was rejected. */
  enum Reason {
    /** Too short to hold IV and integrity check value, or no whole cipher blocks. */
    BAD_LENGTH,
    /** The integrity check failed: damaged, forged, or other keys. */
    BAD_INTEGRITY,
    /** Genuine, but its pad length exceeds its content: the peer is faulty. */
    BAD_PADDING
  }
}
