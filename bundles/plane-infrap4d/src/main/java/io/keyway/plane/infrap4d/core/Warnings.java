package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.device.DeviceConnector;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What works now and will not for long; each is logged when it comes up. */
final class Warnings {

  private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);

  /** How often what the next connection needs is looked at. */
  static final Duration PERIOD = Duration.ofSeconds(10);

  private final String plane;
  private final DeviceConnector connector;
  private final Clock clock;
  private Optional<Instant> looked = Optional.empty();
  private List<String> now = List.of();

  Warnings(String plane, DeviceConnector connector, Clock clock) {
    this.plane = plane;
    this.connector = connector;
    this.clock = clock;
  }

  List<String> now() {
    return now;
  }

  /** Looks, unless somebody just did. */
  void look() {
    if (looked.map(t -> t.plus(PERIOD).isAfter(clock.instant())).orElse(false)) {
      return;
    }
    lookNow();
  }

  void lookNow() {
    looked = Optional.of(clock.instant());
    List<String> found = connector.warnings();
    found.stream()
        .filter(w -> !now.contains(w))
        .forEach(w -> LOG.warn("data plane {}: {}", plane, w));
    now = found;
  }
}
