package io.keyway.shell;

/** A command that did not do what it was asked to; the message is all that an operator needs. */
public final class CommandFailure extends RuntimeException {

  public CommandFailure(String message) {
    // No stack trace: nothing is broken in here, and Karaf would log it.
    super(message, null, false, false);
  }
}
