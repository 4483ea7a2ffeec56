package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SadEvent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plane comes, goes and begins another life, and what that means for the SAs on it. The monitor
 * is never held while the plane or a listener is called.
 */
final class PlaneLife {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneLife.class);

  private final SadTable table;
  private final SadEnvironment environment;
  private final BurntKeys burnt;
  private final Consumer<SadEvent> events;
  private final Expiries expiries;
  private final LifetimeWatch lifetimes;
  private final SaQueue writes;
  private final Serial planeEvents;
  private Registration subscription;

  PlaneLife(
      SadTable table,
      SadEnvironment environment,
      BurntKeys burnt,
      Consumer<SadEvent> events,
      Expiries expiries,
      LifetimeWatch lifetimes,
      SaQueue writes) {
    this.table = table;
    this.environment = environment;
    this.burnt = burnt;
    this.events = events;
    this.expiries = expiries;
    this.lifetimes = lifetimes;
    this.writes = writes;
    this.planeEvents = new Serial(environment.executor());
  }

  void bind(DataPlane service) {
    Registration old;
    synchronized (table) {
      if (table.closed) {
        return;
      }
      table.plane = service;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    Registration fresh =
        service.subscribe(event -> planeEvents.execute(() -> planeEvent(service, event)));
    synchronized (table) {
      if (table.plane == service && !table.closed) {
        subscription = fresh;
        fresh = null;
      }
    }
    if (fresh != null) {
      fresh.close();
      return;
    }
    planeEvents.execute(
        () -> {
          unwatched().forEach(lifetimes::installed);
          if (service.status().ready()) {
            cameUp(service, service.generation(), "it is another life than the one remembered");
          }
        });
  }

  private List<SaEntry> installed() {
    synchronized (table) {
      return table.entries.values().stream()
          .filter(entry -> entry.state == SaEntry.State.INSTALLED)
          .toList();
    }
  }

  /** SAs that were taken over before there was a plane to ask what it keeps itself. */
  private List<SaEntry> unwatched() {
    synchronized (table) {
      return table.entries.values().stream()
          .filter(entry -> entry.state == SaEntry.State.INSTALLED && !entry.watched)
          .toList();
    }
  }

  void unbind(DataPlane service) {
    Registration old;
    synchronized (table) {
      if (table.plane != service) {
        return;
      }
      table.plane = null;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    planeEvents.execute(() -> wentDown(null, table.missing()));
  }

  private void planeEvent(DataPlane from, PlaneEvent event) {
    synchronized (table) {
      if (table.plane != from) {
        return;
      }
    }
    if (event instanceof PlaneEvent.Up upEvent) {
      cameUp(from, upEvent.generation(), "it came back in another life");
    } else if (event instanceof PlaneEvent.Down down) {
      wentDown(from, down.reason());
    } else if (event instanceof PlaneEvent.GenerationChanged changed) {
      newLife(changed.now(), changed.reason());
    } else if (event instanceof PlaneEvent.Expired expired) {
      expiries.expired(expired);
    } else if (event instanceof PlaneEvent.Mapping mapping) {
      peerSeen(mapping);
    }
  }

  private void peerSeen(PlaneEvent.Mapping mapping) {
    SadEvent.PeerSeen seen;
    synchronized (table) {
      SaEntry entry = table.inbound(mapping.spi());
      if (entry == null || entry.state != SaEntry.State.INSTALLED || entry.child().isEmpty()) {
        return;
      }
      seen =
          new SadEvent.PeerSeen(entry.child().get(), entry.id, mapping.address(), mapping.port());
    }
    events.accept(seen);
  }

  private void cameUp(DataPlane service, Generation now, String reason) {
    synchronized (table) {
      if (table.plane != service || table.closed) {
        return;
      }
    }
    newLife(now, reason);
    boolean was;
    synchronized (table) {
      was = table.up;
      table.up = true;
      writes.calm();
    }
    if (!was) {
      events.accept(new SadEvent.PlaneUp(table.name, now));
      lifetimes.missed(installed());
      environment.timer().schedule(environment.settings().settle(), writes::removeUnwanted);
    }
    lifetimes.poll();
    writes.pump();
  }

  private void wentDown(DataPlane service, String reason) {
    List<Runnable> answers = new ArrayList<>();
    boolean was;
    synchronized (table) {
      if (table.plane != service) {
        return;
      }
      was = table.up;
      table.up = false;
      Outcome outcome = Outcome.unavailable(table.unusable());
      writes.turnAllAway(outcome, answers);
    }
    answers.forEach(Runnable::run);
    if (was) {
      events.accept(new SadEvent.PlaneDown(table.name, reason));
    }
  }

  /** Burns every key of an earlier life (packet safety: the device counts from the start again). */
  void newLife(Generation now, String reason) {
    Set<ChildId> children = new LinkedHashSet<>();
    synchronized (table) {
      if (table.closed) {
        return;
      }
      if (!table.generation.equals(now)) {
        table.generation = now;
        table.records.generation(now);
      }
      table.leases.voidExcept(now);
      for (SaEntry entry : table.entries.values()) {
        if (entry.alive() && !entry.generation.equals(now)) {
          entry.state = SaEntry.State.BURNT;
          table.note(entry);
          entry.cancelTimers();
          entry.child().ifPresent(children::add);
        }
      }
    }
    burnt.generation(table.name, now);
    if (!children.isEmpty()) {
      LOG.warn(
          "data plane {} began life {}: keys of {} children are burnt ({})",
          table.name,
          now,
          children.size(),
          reason);
    }
    children.forEach(child -> events.accept(new SadEvent.Burnt(child, table.name, now, reason)));
  }

  /** Holding the monitor: nothing is heard of the plane any more. Close what this returns. */
  Registration detach() {
    Registration old = subscription;
    subscription = null;
    return old == null ? () -> {} : old;
  }
}
