package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The policies of one data plane: the parts that work on its {@link SpdTable}, and how one instance
 * hands it to the next. The monitor, which is the table, is never held while the plane or a caller
 * is called.
 */
final class PlaneSpd {

  private final SpdTable table;
  private final SpdWrites writes;
  private final PolicyRequests requests;
  private final PlaceCounters counters;
  private final PlaneLife life;

  /**
   * @param store where what is known is noted; null while there is none
   */
  PlaneSpd(String name, SpdEnvironment environment, Supplier<StateStore> store) {
    this.table = new SpdTable(name, new SpdRecords(name, store));
    this.writes = new SpdWrites(table, environment);
    this.requests = new PolicyRequests(table, writes);
    this.counters = new PlaceCounters(table, environment);
    this.life = new PlaneLife(table, writes, environment);
  }

  void bind(DataPlane service) {
    life.bind(service);
  }

  void unbind(DataPlane service) {
    life.unbind(service);
  }

  CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    return requests.put(policy, timeout);
  }

  CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return requests.select(child, timeout);
  }

  CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    return requests.remove(child, timeout);
  }

  CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return counters.usage(child, timeout);
  }

  CompletionStage<Usage> received(ChildId child, Duration timeout) {
    return counters.received(child, timeout);
  }

  CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return counters.held(child, timeout);
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
      old = life.detach();
      writes.abandon(answers);
      table.records.close();
      left = table.claims.size();
    }
    old.close();
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
}
