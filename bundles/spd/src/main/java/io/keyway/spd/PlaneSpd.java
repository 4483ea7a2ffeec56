package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies of one data plane: what callers ask of them, and what the plane's coming and going
 * means for them. Claims change places in memory; {@link SpdWrites} carries the difference to the
 * plane. The monitor, which is the {@link SpdTable}, is never held while the plane or a caller is
 * called.
 */
final class PlaneSpd {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneSpd.class);

  private final SpdEnvironment environment;
  private final Serial planeEvents;
  private final SpdTable table;
  private final SpdWrites writes;
  private Registration subscription;

  /**
   * @param store where what is known is noted; null while there is none
   */
  PlaneSpd(String name, SpdEnvironment environment, Supplier<StateStore> store) {
    this.environment = environment;
    this.planeEvents = new Serial(environment.executor());
    this.table = new SpdTable(name, new SpdRecords(name, store));
    this.writes = new SpdWrites(table, environment);
  }

  // ---- the plane comes and goes -------------------------------------------------------------

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

  // ---- what callers ask ---------------------------------------------------------------------

  CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    DataPlane service;
    synchronized (table) {
      service = table.plane;
    }
    Result<String> found = null;
    boolean applies = service != null && SpdTable.applies(service, policy);
    if (applies) {
      found = service.place(policy.direction(), policy.selectors());
      if (!found.done()) {
        return now(found.outcome());
      }
    }
    Waiter waiter;
    Outcome instead;
    synchronized (table) {
      if (table.closed) {
        return now(Outcome.unavailable("the SPD service is stopping; try again"));
      }
      Place.Key key =
          found == null ? null : new Place.Key(policy.direction(), found.value().orElseThrow());
      if (key != null) {
        Optional<Outcome> collision = table.collision(policy, key);
        if (collision.isPresent()) {
          return now(collision.get());
        }
      }
      table.version++;
      Claim claim = table.claims.get(Claim.Key.of(policy));
      boolean same =
          claim != null
              && claim.policy.action().equals(policy.action())
              && claim.policy.priority() == policy.priority()
              && !claim.burnt
              && claim.next == null;
      if (claim == null) {
        claim = new Claim(policy, ++table.orders);
        table.claims.put(claim.key, claim);
        table.byChild.computeIfAbsent(claim.key.child(), k -> new LinkedHashSet<>()).add(claim);
      } else {
        table.replace(claim, policy, same);
      }
      // On the disk before the device knows of it, since planes sync before they write.
      table.note(claim);
      if (key != null && claim.place == null) {
        table.settleIn(claim, key);
      }
      if (claim.place == null) {
        instead =
            service == null
                ? table.remembered()
                : new Outcome(
                    same ? Outcome.Kind.SAME : Outcome.Kind.OK,
                    "data plane " + table.name + " has no inbound policies; nothing to write");
        waiter = null;
      } else if (claim.place.settled() && !claim.place.inFlight) {
        instead = same ? Outcome.same() : Outcome.ok();
        waiter = null;
      } else {
        claim.place.refused = false;
        instead = table.usable() ? null : table.remembered();
        waiter = table.usable() ? writes.await(List.of(claim.place), List.of()) : null;
        table.dirty.add(claim.place);
      }
    }
    if (instead != null) {
      return now(instead);
    }
    return writes.start(waiter, timeout);
  }

  CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    Waiter waiter;
    synchronized (table) {
      Set<Claim> mine = table.byChild.getOrDefault(Claim.ChildKey.of(child), Set.of());
      List<Claim> waking = new ArrayList<>();
      Set<Place> touched = new LinkedHashSet<>();
      Outcome refused = selectable(child, mine);
      if (refused != null) {
        return now(refused);
      }
      table.version++;
      for (Claim claim : mine) {
        if (!claim.protects()) {
          continue;
        }
        if (claim.next != null) {
          claim.policy = claim.next;
          claim.next = null;
        } else if (!claim.awake && claim.place != null) {
          claim.waking = true;
          waking.add(claim);
        }
        claim.awake = true;
        claim.order = ++table.orders;
        table.note(claim);
        if (claim.place != null) {
          claim.place.refused = false;
          touched.add(claim.place);
        }
      }
      touched.removeIf(place -> place.settled() && !place.inFlight);
      if (touched.isEmpty()) {
        return now(waking.isEmpty() ? Outcome.same() : Outcome.ok());
      }
      waiter = writes.await(touched, waking);
      table.dirty.addAll(touched);
    }
    return writes.start(waiter, timeout);
  }

  /** Null when it is; holding the monitor. */
  private Outcome selectable(ChildId child, Set<Claim> mine) {
    if (mine.isEmpty()) {
      return Outcome.absent("there is no policy of " + child);
    }
    if (mine.stream().anyMatch(claim -> claim.burnt)) {
      return Outcome.refused(
          "data plane "
              + table.name
              + " restarted: the SAs of "
              + child
              + " are gone; negotiate new ones");
    }
    if (!table.usable()) {
      return Outcome.unavailable(table.unusable());
    }
    return mine.stream()
        .filter(claim -> claim.place == null && !claim.problem.isEmpty())
        .findFirst()
        .map(claim -> Outcome.refused(claim.problem))
        .orElse(null);
  }

  CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    Waiter waiter;
    synchronized (table) {
      Set<Claim> mine = table.byChild.remove(Claim.ChildKey.of(child));
      if (mine == null) {
        return now(Outcome.absent("there is no policy of " + child));
      }
      table.version++;
      Set<Place> touched = new LinkedHashSet<>();
      for (Claim claim : mine) {
        table.claims.remove(claim.key);
        table.records.claimGone(claim.key);
        if (claim.place != null) {
          claim.place.claims.remove(claim);
          claim.place.refused = false;
          touched.add(claim.place);
        }
      }
      for (Iterator<Place> i = touched.iterator(); i.hasNext(); ) {
        Place place = i.next();
        if (place.settled() && !place.inFlight) {
          table.forgetIfUnused(place);
          i.remove();
        }
      }
      if (touched.isEmpty()) {
        return now(Outcome.ok());
      }
      table.dirty.addAll(touched);
      if (!table.usable()) {
        return now(
            Outcome.unavailable(
                table.unusable()
                    + "; the policies of "
                    + child
                    + " are taken away when it is back"));
      }
      waiter = writes.await(touched, List.of());
    }
    return writes.start(waiter, timeout);
  }

  CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return counted(child, (plane, pairs) -> plane.policyUsage(pairs, timeout), timeout);
  }

  CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return counted(child, (plane, pairs) -> plane.heldUsage(pairs, timeout), timeout);
  }

  /** One of the two questions to a plane about places. */
  @FunctionalInterface
  private interface Question {
    CompletionStage<Map<SelectorPair, Usage>> ask(DataPlane plane, Set<SelectorPair> pairs);
  }

  private CompletionStage<Usage> counted(ChildId child, Question question, Duration timeout) {
    Set<SelectorPair> selectors = new LinkedHashSet<>();
    DataPlane service;
    synchronized (table) {
      service = table.plane;
      Set<Place> counted = new LinkedHashSet<>();
      for (Claim claim : table.byChild.getOrDefault(Claim.ChildKey.of(child), Set.of())) {
        if (claim.key.direction() == Direction.OUTBOUND
            && claim.place != null
            && counted.add(claim.place)) {
          Programmed programmed = claim.place.programmed;
          selectors.add(programmed == null ? claim.key.selectors() : programmed.selectors());
        }
      }
    }
    if (service == null || selectors.isEmpty() || !service.status().ready()) {
      return CompletableFuture.completedFuture(Usage.ABSENT);
    }
    return new PlaneCalls(environment)
        .bounded(() -> question.ask(service, selectors), timeout)
        .handleAsync(
            (found, fault) ->
                fault != null || found == null
                    ? Usage.ABSENT
                    : selectors.stream()
                        .map(pair -> found.getOrDefault(pair, Usage.ABSENT))
                        .reduce(Usage.ABSENT, Usage::plus),
            environment.executor());
  }

  List<ChildId> children(String owner, Optional<String> instance) {
    synchronized (table) {
      return table.children(owner, instance);
    }
  }

  boolean knows(Claim.ChildKey child) {
    synchronized (table) {
      return table.byChild.containsKey(child);
    }
  }

  List<SpdService.Entry> entries() {
    synchronized (table) {
      return table.entries();
    }
  }

  // ---- hand-over ----------------------------------------------------------------------------

  /** Notes everything, for a store that may lack some of it. */
  void renew() {
    synchronized (table) {
      table.records.renew(table::noteAll);
    }
  }

  /**
   * Stops; nothing is changed on the device.
   *
   * @return how many claims go on without this instance
   */
  int close() {
    List<Runnable> answers = new ArrayList<>();
    Registration old;
    int left;
    synchronized (table) {
      table.closed = true;
      old = subscription;
      subscription = null;
      writes.abandon(answers);
      table.records.close();
      left = table.claims.size();
    }
    if (old != null) {
      old.close();
    }
    answers.forEach(Runnable::run);
    return left;
  }

  /** Takes over what an earlier instance left. Claims that were put meanwhile are newer. */
  void restore(SpdState.Plane state) {
    synchronized (table) {
      table.version++;
      boolean known = !table.generation.equals(Generation.NONE);
      boolean sameLife = !known || table.generation.equals(state.generation());
      if (!known) {
        table.generation = state.generation();
      }
      for (SpdState.SavedPlace saved : state.places()) {
        Place place = table.places.computeIfAbsent(saved.key(), Place::new);
        if (place.programmed == null) {
          place.programmed = saved.programmed();
          place.last = saved.last();
          place.certain = saved.certain() && sameLife && !place.inFlight;
        }
      }
      for (SpdState.SavedClaim saved : state.claims()) {
        table.orders = Math.max(table.orders, saved.order());
        if (table.claims.containsKey(Claim.Key.of(saved.policy()))) {
          continue;
        }
        Claim claim = new Claim(saved.policy(), saved.order());
        claim.awake = saved.awake();
        claim.burnt = saved.burnt();
        claim.next = saved.next();
        if (!sameLife) {
          table.burn(claim);
        }
        table.claims.put(claim.key, claim);
        table.byChild.computeIfAbsent(claim.key.child(), k -> new LinkedHashSet<>()).add(claim);
        if (saved.place() != null) {
          table.settleIn(claim, saved.place());
        }
      }
      table.everythingUnsettled();
    }
    writes.pump();
  }

  private static CompletionStage<Outcome> now(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
