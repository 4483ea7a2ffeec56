package io.keyway.northbound.store;

import java.time.Duration;

/**
 * How long to gather changes before the next snapshot. A snapshot costs what the whole
 * configuration is long, so while changes keep coming it gets a third of the time at most. Confined
 * to one thread.
 */
final class Pace {

  /** Of a configuration with fewer entries a snapshot is taken with every change. */
  private static final int SMALL = 2000;

  private static final Duration LONGEST = Duration.ofMillis(500);

  private long begun = System.nanoTime();
  private Duration cost = Duration.ZERO;

  void begin() {
    begun = System.nanoTime();
  }

  void end() {
    cost = Duration.ofNanos(System.nanoTime() - begun);
  }

  /** To wait from the first change on; zero, or at most half a second. */
  Duration pause(int entries) {
    if (entries < SMALL) {
      return Duration.ZERO;
    }
    Duration twice = cost.multipliedBy(2);
    return twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
  }
}
