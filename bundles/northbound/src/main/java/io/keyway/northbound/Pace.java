package io.keyway.northbound;

import java.time.Duration;

/**
 * How long to gather changes before the next piece of work that may cost what everything is long,
 * such as a look at the whole state: while changes keep coming it gets a third of the time at most.
 * Written by one thread; any may ask.
 */
public final class Pace {

  private final Duration shortest;
  private final Duration longest;
  private volatile Duration cost = Duration.ZERO;

  /**
   * @param shortest to wait even when the work is light
   * @param longest to wait, however heavy it is
   */
  public Pace(Duration shortest, Duration longest) {
    this.shortest = shortest;
    this.longest = longest;
  }

  /** Notes what the work took this time, from {@link System#nanoTime()} at its begin until now. */
  public void took(long begun) {
    cost = Duration.ofNanos(System.nanoTime() - begun);
  }

  /** To wait from the first change on. */
  public Duration pause() {
    Duration twice = cost.multipliedBy(2);
    if (twice.compareTo(shortest) < 0) {
      return shortest;
    }
    return twice.compareTo(longest) < 0 ? twice : longest;
  }
}
