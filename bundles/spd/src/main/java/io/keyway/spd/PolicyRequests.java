package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sp.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What callers ask of the policies of one plane. Claims change places in memory; {@link SpdWrites}
 * carries the difference to the plane and answers when it is there.
 */
final class PolicyRequests {

  private final SpdTable table;
  private final SpdWrites writes;

  PolicyRequests(SpdTable table, SpdWrites writes) {
    this.table = table;
    this.writes = writes;
  }

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

  private static CompletionStage<Outcome> now(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
