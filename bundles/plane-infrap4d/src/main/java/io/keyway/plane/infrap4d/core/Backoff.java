package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.settings.Timing;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: doubling up to a limit, each spread over half to one and a half of
 * itself, so that many planes do not come back in step.
 */
final class Backoff {

  private final Timing timing;
  private final RandomGenerator random;
  private int failures;

  Backoff(Timing timing, RandomGenerator random) {
    this.timing = timing;
    this.random = random;
  }

  Duration next() {
    long first = timing.backoffFirst().toMillis();
    long pause = Math.min(timing.backoffMax().toMillis(), first << Math.min(failures++, 20));
    return Duration.ofMillis(pause / 2 + (long) (random.nextDouble() * pause));
  }

  void reset() {
    failures = 0;
  }
}
