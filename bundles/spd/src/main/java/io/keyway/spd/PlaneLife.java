package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Generation;
import io.keyway.api.sp.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plane comes, goes and begins another life, and what that means for the policies on it. The
 * monitor is never held while the plane or a caller is called.
 */
final class PlaneLife {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneLife.class);

  private final SpdTable table;
  private final SpdWrites writes;
  private final Serial planeEvents;
  private Registration subscription;

  PlaneLife(SpdTable table, SpdWrites writes, SpdEnvironment environment) {
    this.table = table;
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
          placeAll(service);
          if (service.status().ready()) {
            cameUp(service, service.generation());
          }
        });
  }

  void unbind(DataPlane service) {
    Registration old;
    synchronized (table) {
      if (table.plane != service) {
        return;
      }
      table.plane = null;
      table.up = false;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    writes.giveUpWaiting();
  }

  private void planeEvent(DataPlane from, PlaneEvent event) {
    synchronized (table) {
      if (table.plane != from) {
        return;
      }
    }
    if (event instanceof PlaneEvent.Up upEvent) {
      cameUp(from, upEvent.generation());
    } else if (event instanceof PlaneEvent.Down) {
      synchronized (table) {
        table.up = false;
      }
      writes.giveUpWaiting();
    } else if (event instanceof PlaneEvent.GenerationChanged changed) {
      newLife(changed.now());
    }
  }

  private void cameUp(DataPlane service, Generation now) {
    synchronized (table) {
      if (table.plane != service || table.closed) {
        return;
      }
    }
    newLife(now);
    synchronized (table) {
      table.up = true;
      writes.calm();
      table.everythingUnsettled();
    }
    writes.pump();
  }

  /** What was confirmed counts no more, and no SA of the earlier life may carry traffic. */
  private void newLife(Generation now) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (table) {
      if (table.closed || table.generation.equals(now)) {
        return;
      }
      boolean first = table.generation.equals(Generation.NONE);
      table.generation = now;
      table.records.generation(now);
      table.version++;
      if (!first) {
        table.claims.values().forEach(table::burn);
      }
      writes.forgetFlying(answers);
      table.everythingUnsettled();
    }
    answers.forEach(Runnable::run);
    LOG.info("data plane {} is in life {}: its policies are written anew", table.name, now);
  }

  /** Finds the places of claims that came before their plane did. */
  private void placeAll(DataPlane service) {
    List<Claim> unplaced;
    synchronized (table) {
      unplaced = table.claims.values().stream().filter(claim -> claim.place == null).toList();
    }
    Map<Claim, Result<String>> found = new LinkedHashMap<>();
    for (Claim claim : unplaced) {
      if (SpdTable.applies(service, claim.policy)) {
        Policy policy = claim.policy;
        found.put(claim, service.place(policy.direction(), policy.selectors()));
      }
    }
    synchronized (table) {
      found.forEach(
          (claim, result) -> {
            if (table.claims.get(claim.key) != claim || claim.place != null) {
              return;
            }
            table.version++;
            Outcome outcome = result.outcome();
            if (outcome.done()) {
              Place.Key key = new Place.Key(claim.policy.direction(), result.value().orElseThrow());
              outcome = table.collision(claim.policy, key).orElse(outcome);
              if (outcome.done()) {
                table.settleIn(claim, key);
              }
            }
            claim.problem = outcome.reason();
          });
    }
    writes.pump();
  }

  /** Holding the monitor: nothing is heard of the plane any more. Close what this returns. */
  Registration detach() {
    Registration old = subscription;
    subscription = null;
    return old == null ? () -> {} : old;
  }
}
