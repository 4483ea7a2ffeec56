package io.keyway.ike.engine.sa;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often one connection lets itself be sent elsewhere (RFC 5685 section 3: gateways that send
 * peers to each other would do so for ever). From any thread.
 */
final class RedirectBound {
  /** MAX_REDIRECTS of the RFC. */
  static final int MOST = 5;

  /** REDIRECT_LOOP_DETECT_PERIOD of the RFC. */
  static final Duration PERIOD = Duration.ofSeconds(300);

  private final Deque<Instant> followed = new ArrayDeque<>();

  /** Counts one; false when there were too many of late. */
  synchronized boolean allows(Instant now) {
    while (!followed.isEmpty() && !followed.peekFirst().plus(PERIOD).isAfter(now)) {
      followed.removeFirst();
    }
    if (followed.size() >= MOST) {
      return false;
    }
    followed.addLast(now);
    return true;
  }
}
