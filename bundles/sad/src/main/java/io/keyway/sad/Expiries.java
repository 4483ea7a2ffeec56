package io.keyway.sad;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when an SA of one plane reaches a limit: its owner is told, once for each limit, and
 * an SA whose owner does not end it at the hard one is taken away.
 */
final class Expiries {

  private static final Logger LOG = LoggerFactory.getLogger(Expiries.class);

  private final SadTable table;
  private final SadEnvironment environment;
  private final Consumer<SadEvent> events;
  private final Consumer<SaId> removal;

  /**
   * @param removal takes an SA away that nobody ended
   */
  Expiries(
      SadTable table,
      SadEnvironment environment,
      Consumer<SadEvent> events,
      Consumer<SaId> removal) {
    this.table = table;
    this.environment = environment;
    this.events = events;
    this.removal = removal;
  }

  Optional<DataPlane> service() {
    synchronized (table) {
      return Optional.ofNullable(table.plane);
    }
  }

  void expired(PlaneEvent.Expired expired) {
    SaEntry entry;
    synchronized (table) {
      entry = table.find(expired.spi(), expired.destination());
    }
    if (entry == null) {
      LOG.debug("data plane {}: expiry of unknown SPI {}", table.name, expired.spi());
      return;
    }
    reached(entry, expired.hard(), "the data plane reported it");
  }

  /** A lifetime was reached; tells the owner once, and ends the SA when the owner does not. */
  void reached(SaEntry entry, boolean hard, String reason) {
    ChildId child;
    synchronized (table) {
      if (entry.state != SaEntry.State.INSTALLED || entry.hardTold || (entry.softTold && !hard)) {
        return;
      }
      entry.softTold = true;
      entry.hardTold = hard;
      table.note(entry);
      child = entry.child().orElseThrow();
      if (hard) {
        entry.timers.add(
            environment
                .timer()
                .schedule(environment.settings().hardGrace(), () -> enforce(entry, reason)));
      }
    }
    events.accept(new SadEvent.Expired(child, entry.id, hard, reason));
  }

  private void enforce(SaEntry entry, String reason) {
    synchronized (table) {
      if (entry.state != SaEntry.State.INSTALLED) {
        return;
      }
    }
    LOG.warn("SA {} is removed: {}, and its owner did not end it", entry.id, reason);
    removal.accept(entry.id);
  }

  /** Runs something for an SA later, unless the SA ends before. */
  void timed(SaEntry entry, Duration delay, Runnable task) {
    synchronized (table) {
      if (entry.state == SaEntry.State.INSTALLED) {
        entry.timers.add(environment.timer().schedule(delay, task));
      }
    }
  }

  /** Notes an SA that changed. */
  void note(SaEntry entry) {
    synchronized (table) {
      table.note(entry);
    }
  }
}
