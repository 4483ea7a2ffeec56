package io.keyway.ike.engine.log;

import java.time.Clock;

/**
 * So many lines a second and no more: what strangers can cause without an address of their own must
 * not fill a disk.
 */
public final class Throttle {
  private final Clock clock;
  private final int perSecond;
  private long second = Long.MIN_VALUE;
  private int taken;
  private long suppressed;

  public Throttle(Clock clock, int perSecond) {
    this.clock = clock;
    this.perSecond = perSecond;
  }

  /** Whether one more may go now. */
  public synchronized boolean allows() {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      taken = 0;
    }
    if (taken < perSecond) {
      taken++;
      return true;
    }
    suppressed++;
    return false;
  }

  /** How many were held back since this was asked last. */
  public synchronized long takeSuppressed() {
    long count = suppressed;
    suppressed = 0;
    return count;
  }
}
