package io.keyway.ike.engine.resume;

import java.time.Clock;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * IKE SAs whose tickets are of no use any more: resumed once, or ended on purpose. Each is
 * remembered until the last ticket of it would have expired, and all of them are bounded: where the
 * list is full no ticket is taken, since it may be on the part that there was no room for. May be
 * used from any thread.
 */
final class SpentSessions {
  private final Clock clock;
  private final int most;
  private final Map<String, Instant> untilByUid = new LinkedHashMap<>();

  SpentSessions(Clock clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /**
   * Spends a session.
   *
   * @return whether it was good until now, which it is for one caller only
   */
  synchronized boolean spend(String uid, Instant until) {
    Instant now = clock.instant();
    if (untilByUid.size() >= most) {
      tidy(now);
    }
    if (isSpent(uid) || untilByUid.size() >= most) {
      return false;
    }
    untilByUid.put(uid, until);
    return true;
  }

  synchronized boolean isSpent(String uid) {
    Instant until = untilByUid.get(uid);
    return until != null && until.isAfter(clock.instant());
  }

  synchronized int size() {
    return untilByUid.size();
  }

  private void tidy(Instant now) {
    for (Iterator<Instant> each = untilByUid.values().iterator(); each.hasNext(); ) {
      if (!each.next().isAfter(now)) {
        each.remove();
      }
    }
  }
}
