package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.settings.Timing;
import io.keyway.plane.support.Backoff;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** When to try again to make contact. On the plane's thread. */
final class Attempts {

  /** A contact that ends sooner is no reason to come back at once. */
  private static final Duration STEADY = Duration.ofSeconds(2);

  private final Timing timing;
  private final Clock clock;
  private final Backoff backoff;
  private long count;
  private Optional<Instant> contact = Optional.empty();

  Attempts(Timing timing, Clock clock, RandomGenerator random) {
    this.timing = timing;
    this.clock = clock;
    this.backoff = new Backoff(timing.backoffFirst(), timing.backoffMax(), random, clock);
  }

  /** The number of the attempt that is made now. */
  long next() {
    return count++;
  }

  void connected() {
    contact = Optional.of(clock.instant());
  }

  /** The device answers, and is ours. */
  void ready() {
    backoff.ready();
  }

  /** Contact was lost, or not made; how long to wait before the next attempt. */
  Duration pause(DeviceException.Kind kind) {
    if (contact.map(c -> c.plus(STEADY).isBefore(clock.instant())).orElse(false)) {
      backoff.reset();
    }
    contact = Optional.empty();
    if (kind == DeviceException.Kind.NO_PIPELINE) {
      // A device that answers and waits for its program is asked often: it is a small question.
      return backoff.spread(timing.probe().toMillis() / 4);
    }
    return backoff.next();
  }
}
