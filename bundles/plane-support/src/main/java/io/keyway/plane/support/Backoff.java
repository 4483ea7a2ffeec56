package io.keyway.plane.support;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: none after a loss, for a short break must not leave a device alone; then
 * doubling up to a limit, each spread over half to one and a half of itself, so that many planes do
 * not come back in step.
 *
 * <p>While a device that was ready may be back any moment, forwarding in clear or nothing at all
 * until we are there, the pauses stay short.
 */
public final class Backoff {

  private static final Duration SOON = Duration.ofSeconds(1);

  /** After a loss the device may be back any moment; so long nobody waits long. */
  private static final Duration EAGER = Duration.ofMinutes(3);

  private final Duration first;
  private final Duration most;
  private final RandomGenerator random;
  private final InstantSource clock;
  private Instant readyAt = Instant.EPOCH;
  private int failures;

  /**
   * @param first pause before the third attempt
   * @param most longest pause
   */
  public Backoff(Duration first, Duration most, RandomGenerator random, InstantSource clock) {
    this.first = first;
    this.most = most;
    this.random = random;
    this.clock = clock;
  }

  /** The pause before the next attempt. */
  public Duration next() {
    if (failures++ == 0) {
      return Duration.ZERO;
    }
    Duration limit = readyAt.plus(EAGER).isAfter(clock.instant()) ? SOON : most;
    return spread(Math.min(limit.toMillis(), first.toMillis() << Math.min(failures - 2, 20)));
  }

  /** The device is ready, or was until now. */
  public void ready() {
    readyAt = clock.instant();
  }

  /** So long, more or less. */
  public Duration spread(long millis) {
    return Duration.ofMillis(millis / 2 + (long) (random.nextDouble() * millis));
  }

  /** All is well: the next pause is none. */
  public void reset() {
    failures = 0;
  }
}
