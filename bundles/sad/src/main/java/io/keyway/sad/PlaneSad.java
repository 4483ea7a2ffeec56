package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCalls;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.store.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The SAs of one data plane: the parts that work on its {@link SadTable}, and how one instance
 * hands it to the next. The monitor, which is the {@link SadTable}, is never held while the plane,
 * the disk or a listener is called.
 */
final class PlaneSad {

  private final SadEnvironment environment;
  private final SadTable table;
  private final LeaseDesk desk;
  private final LifetimeWatch lifetimes;
  private final SaQueue writes;
  private final SaRequests requests;
  private final PlaneLife life;

  /**
   * @param store where what is known is noted; null while there is none
   */
  PlaneSad(
      String name,
      SadEnvironment environment,
      BurntKeys burnt,
      Supplier<StateStore> store,
      Consumer<SadEvent> events) {
    this.environment = environment;
    this.table =
        new SadTable(
            name,
            new SadRecords(name, store, () -> environment.clock().millis(), environment.nanos()));
    PlaneCalls calls = environment.planeCalls();
    this.desk = new LeaseDesk(table, environment, calls);
    Expiries expiries =
        new Expiries(
            table, environment, events, id -> remove(id, environment.settings().writeTimeout()));
    this.lifetimes = new LifetimeWatch(environment, expiries);
    this.writes = new SaQueue(table, environment, burnt, calls, lifetimes, desk::pump);
    this.requests = new SaRequests(table, environment, writes);
    this.life = new PlaneLife(table, environment, burnt, events, expiries, lifetimes, writes);
  }

  CompletionStage<Result<SpiLease>> reserve(SadService.Purpose purpose, Duration timeout) {
    return desk.reserve(purpose, timeout);
  }

  CompletionStage<Outcome> release(SpiLease lease) {
    return desk.release(lease);
  }

  void bind(DataPlane service) {
    life.bind(service);
  }

  void unbind(DataPlane service) {
    life.unbind(service);
  }

  CompletionStage<Outcome> add(
      SecurityAssociation sa, SaKeys keys, Fingerprint key, Duration timeout) {
    return requests.add(sa, keys, key, timeout);
  }

  CompletionStage<Outcome> move(SaId id, Endpoints endpoints, Duration timeout) {
    return requests.move(id, endpoints, timeout);
  }

  CompletionStage<Outcome> remove(SaId id, Duration timeout) {
    return requests.remove(id, timeout);
  }

  List<CompletionStage<Outcome>> flush(String owner, Optional<String> instance, Duration timeout) {
    return requests.flush(owner, instance, timeout);
  }

  List<SecurityAssociation> adopt(String owner, String newInstance) {
    synchronized (table) {
      return table.adopt(owner, newInstance);
    }
  }

  List<SadService.Entry> snapshot() {
    synchronized (table) {
      return table.snapshot();
    }
  }

  List<SadEvent> standing() {
    synchronized (table) {
      return table.standing();
    }
  }

  Optional<DataPlane> service() {
    synchronized (table) {
      return Optional.ofNullable(table.plane);
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
   * Stops; nothing is deleted on the device. What was on its way counts as doubtful.
   *
   * @return how many SAs go on without this instance
   */
  int close() {
    List<Runnable> answers = new ArrayList<>();
    Registration old;
    int left;
    synchronized (table) {
      table.closed = true;
      old = life.detach();
      Outcome stopping = Outcome.unavailable("the SAD service is stopping; try again");
      writes.turnAllAway(stopping, answers);
      writes.abandon(answers);
      desk.close(stopping, answers);
      table.entries.values().forEach(SaEntry::cancelTimers);
      table.records.close();
      left = table.entries.size();
    }
    old.close();
    answers.forEach(Runnable::run);
    return left;
  }

  /** Takes over what an earlier instance left; before the plane is bound, or right after. */
  void restore(SadState.Plane state) {
    List<SaEntry> living = new ArrayList<>();
    boolean known;
    synchronized (table) {
      known = !table.generation.equals(Generation.NONE);
      if (!known) {
        table.generation = state.generation();
      }
      long now = environment.nanos().getAsLong();
      for (SadState.Saved saved : state.entries()) {
        SaEntry old = table.entries.get(saved.sa().id());
        if (old != null && old.sa().isPresent()) {
          continue;
        }
        if (old != null) {
          table.leave(old);
        }
        SaEntry entry = saved.entry(now);
        table.enter(entry);
        if (entry.alive()) {
          living.add(entry);
        }
      }
      state.held().forEach(table.leases::hold);
      for (SpiLease kept : state.kept()) {
        if (table.byIndex.containsKey(kept.index())) {
          table.leases.quarantine(kept);
        } else {
          table.leases.pool(kept);
        }
      }
    }
    living.forEach(lifetimes::installed);
    Generation now;
    synchronized (table) {
      now = table.generation;
    }
    if (known) {
      life.newLife(now, "it restarted while the SAD service was away");
      environment.timer().schedule(environment.settings().settle(), writes::removeUnwanted);
    }
  }

  /**
   * SAs that only the journal knows.
   *
   * @param unwanted an earlier run of the process left them, so nobody else will remove them
   */
  void orphans(List<KeyNote> notes, boolean unwanted) {
    synchronized (table) {
      for (KeyNote note : notes) {
        if (!table.entries.containsKey(note.sa())) {
          SaEntry entry = new SaEntry(note);
          entry.unwanted = unwanted;
          table.enter(entry);
        }
      }
    }
  }
}
