package io.keyway.ike.engine.log;

/** Whom a line of the log is about. */
public interface LogSubject {

  /**
   * Fields in the form {@code key=value}, separated by blanks: connection, uid, both IKE SPIs and
   * the peer. They come first in a line, so that nothing that a peer says can pose as one of them.
   */
  String logFields();
}
