package io.keyway.ike.message;

/** Leaves the chain early at a critical payload that is not known here. */
final class UnknownCriticalException extends Exception {
  final int payloadType;

  UnknownCriticalException(int payloadType) {
    super(null, null, false, false);
    this.payloadType = payloadType;
  }
}
