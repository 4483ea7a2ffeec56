package io.keyway.ike.message;

/**
 * What decoding can end in. The set is closed: a caller that handles these four handles all input.
 */
public sealed interface DecodeResult<T> {

  /** The input is well formed. */
  record Decoded<T>(T value) implements DecodeResult<T> {}

  /**
   * The input breaks the format.
   *
   * @param reason what and where, for the log and the status
   * @param notifyType the error notification that answers it, if it may be answered at all (RFC
   *     7296 section 2.21 says when)
   */
  record Malformed<T>(String reason, int notifyType) implements DecodeResult<T> {}

  /** A payload type that is not known here is marked critical (RFC 7296 section 2.5). */
  record UnknownCritical<T>(int payloadType) implements DecodeResult<T> {}

  /**
   * The encrypted payload did not pass its integrity check: anybody may have sent it, so it is
   * dropped without an answer (RFC 7296 section 2.21.2).
   */
  record NotAuthentic<T>(String reason) implements DecodeResult<T> {}
}
