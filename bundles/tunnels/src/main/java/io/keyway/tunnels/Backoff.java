package io.keyway.tunnels;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses that double up to a minute, spread so that 10 000 tunnels do not knock at once. */
final class Backoff {

  private static final long FIRST_MILLIS = 1000;
  private static final long MOST_MILLIS = 60_000;
  private static final int MOST_DOUBLINGS = 6;

  private final RandomGenerator random;
  private int failures;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The next pause: 0.5 to 1.5 times 1, 2, 4 ... 60 seconds. */
  Duration next() {
    long base = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failures, MOST_DOUBLINGS));
    failures++;
    return Duration.ofMillis((long) (base * (0.5 + random.nextDouble())));
  }

  void reset() {
    failures = 0;
  }
}
