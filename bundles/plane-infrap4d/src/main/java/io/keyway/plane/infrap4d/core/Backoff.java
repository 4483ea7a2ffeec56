package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.settings.Timing;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: none after a loss, for a short break must not leave a device alone; then
 * doubling up to a limit, each spread over half to one and a half of itself, so that many planes do
 * not come back in step.
 *
 * <p>While a device that was ready may be back any moment, forwarding in clear until we are there,
 * the pauses stay short.
 */
final class Backoff {

  private static final Duration SOON = Duration.ofSeconds(1);

  private final Timing timing;
  private final RandomGenerator random;
  private int failures;

  Backoff(Timing timing, RandomGenerator random) {
    this.timing = timing;
    this.random = random;
  }

  /** The pause before the next attempt. */
  Duration next() {
    if (failures++ == 0) {
      return Duration.ZERO;
    }
    long first = timing.backoffFirst().toMillis();
    return spread(Math.min(timing.backoffMax().toMillis(), first << Math.min(failures - 2, 20)));
  }

  /** The same, but never long. */
  Duration nextSoon() {
    Duration pause = next();
    return pause.compareTo(SOON) > 0 ? spread(SOON.toMillis()) : pause;
  }

  /** So long, more or less. */
  Duration spread(long millis) {
    return Duration.ofMillis(millis / 2 + (long) (random.nextDouble() * millis));
  }

  void reset() {
    failures = 0;
  }
}
