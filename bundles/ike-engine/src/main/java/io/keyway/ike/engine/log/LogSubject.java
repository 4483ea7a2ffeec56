package io.keyway.ike.engine.log;

import java.util.Optional;

/** Whom a line of the log is about. */
public interface LogSubject {

  /**
   * Fields in the form {@code key=value}, separated by blanks: connection, uid, both IKE SPIs and
   * the peer. They come first in a line, so that nothing that a peer says can pose as one of them.
   */
  String logFields();

  /** What bounds its lines, if it is one that can be made to speak without end. */
  default Optional<Throttle> lines() {
    return Optional.empty();
  }
}
