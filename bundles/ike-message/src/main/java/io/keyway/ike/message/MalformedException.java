package io.keyway.ike.message;

/** Leaves a decoder early; caught at the border of this package and turned into a result. */
final class MalformedException extends Exception {
  final int notify;

  MalformedException(String reason) {
    this(reason, NotifyType.INVALID_SYNTAX);
  }

  MalformedException(String reason, int notify) {
    // No stack trace: hostile input must not cost more than honest input.
    super(reason, null, false, false);
    this.notify = notify;
  }
}
