package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SAs of one data plane: what callers ask of them, and what the plane's coming and going means
 * for them. The monitor, which is the {@link SadTable}, is never held while the plane, the disk or
 * a listener is called.
 */
final class PlaneSad {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneSad.class);

  private final SadEnvironment environment;
  private final BurntKeys burnt;
  private final Consumer<SadEvent> events;
  private final Serial planeEvents;
  private final SadTable table;
  private final LeaseDesk desk;
  private final LifetimeWatch lifetimes;
  private final SaQueue writes;
  private Registration subscription;

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
    this.burnt = burnt;
    this.events = events;
    this.planeEvents = new Serial(environment.executor());
    this.table =
        new SadTable(
            name,
            new SadRecords(name, store, () -> environment.clock().millis(), environment.nanos()));
    PlaneCalls calls = new PlaneCalls(environment);
    this.desk = new LeaseDesk(table, environment, calls);
    this.lifetimes = new LifetimeWatch(environment, this);
    this.writes = new SaQueue(table, environment, burnt, calls, lifetimes, desk::pump);
  }

  CompletionStage<Result<SpiLease>> reserve(SadService.Purpose purpose, Duration timeout) {
    return desk.reserve(purpose, timeout);
  }

  CompletionStage<Outcome> release(SpiLease lease) {
    return desk.release(lease);
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
      expired(expired);
    }
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
  private void newLife(Generation now, String reason) {
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

  private void expired(PlaneEvent.Expired expired) {
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
    remove(entry.id, environment.settings().writeTimeout());
  }

  // ---- what callers ask ---------------------------------------------------------------------

  CompletionStage<Outcome> add(
      SecurityAssociation sa, SaKeys keys, Fingerprint key, Duration timeout) {
    SadWrite.Add write;
    synchronized (table) {
      Outcome refused = table.admit(sa);
      if (refused != null) {
        keys.close();
        return done(refused);
      }
      SaEntry entry = new SaEntry(sa, key, table.generation, SaEntry.State.INSTALLING);
      table.enter(entry);
      // On the disk before the SA is on the device, since planes sync before they write.
      Outcome noted = table.records.sa(entry);
      if (!noted.done()) {
        table.leave(entry);
        keys.close();
        return done(
            Outcome.unavailable("not installed, since it cannot be noted: " + noted.reason()));
      }
      write = new SadWrite.Add(entry, keys, environment.nanos().getAsLong() + timeout.toNanos());
      entry.adding = write;
      writes.add(write);
    }
    writes.arm(write, timeout);
    writes.pump();
    return write.answer;
  }

  CompletionStage<Outcome> move(SaId id, Endpoints endpoints, Duration timeout) {
    SadWrite.Move write;
    synchronized (table) {
      SaEntry entry = table.entries.get(id);
      if (entry == null || entry.sa().isEmpty()) {
        return done(Outcome.absent("there is no SA " + id));
      }
      if (!table.usable()) {
        return done(Outcome.unavailable(table.unusable()));
      }
      if (!table.plane.capabilities().canMove()) {
        return done(
            Outcome.refused(
                "data plane " + table.name + " cannot move an SA; negotiate a new child instead"));
      }
      if (!entry.alive()) {
        return done(Outcome.refused("SA " + id + " is " + entry.state.text()));
      }
      write =
          new SadWrite.Move(entry, endpoints, environment.nanos().getAsLong() + timeout.toNanos());
      writes.add(write);
    }
    writes.arm(write, timeout);
    writes.pump();
    return write.answer;
  }

  CompletionStage<Outcome> remove(SaId id, Duration timeout) {
    List<Runnable> answers = new ArrayList<>();
    CompletableFuture<Outcome> removal;
    synchronized (table) {
      SaEntry entry = table.entries.get(id);
      if (entry == null) {
        return done(Outcome.absent("there is no SA " + id));
      }
      removal = unwant(entry, answers);
    }
    answers.forEach(Runnable::run);
    writes.pump();
    return limited(removal, timeout);
  }

  /** Sends an entry on its way out. Holding the monitor. */
  private CompletableFuture<Outcome> unwant(SaEntry entry, List<Runnable> answers) {
    entry.unwanted = true;
    entry.cancelTimers();
    if (entry.adding != null && !entry.adding.started) {
      SadWrite.Add add = entry.adding;
      add.over = true;
      table.leave(entry);
      answers.add(
          () -> {
            add.keys.close();
            add.answer.complete(Outcome.unavailable("it was removed before it was installed"));
          });
      return CompletableFuture.completedFuture(Outcome.ok());
    }
    if (entry.alive()) {
      entry.state = SaEntry.State.REMOVING;
    }
    table.note(entry);
    if (!table.usable()) {
      return CompletableFuture.completedFuture(
          Outcome.unavailable(
              table.unusable() + "; SA " + entry.id + " is removed when it is back"));
    }
    return writes.enqueueRemoval(entry);
  }

  List<CompletionStage<Outcome>> flush(String owner, Optional<String> instance, Duration timeout) {
    List<Runnable> answers = new ArrayList<>();
    List<CompletionStage<Outcome>> removals = new ArrayList<>();
    synchronized (table) {
      table.entries.values().stream()
          .filter(entry -> entry.owner().name().equals(owner))
          .filter(entry -> instance.isEmpty() || instance.get().equals(entry.owner().instance()))
          .toList()
          .forEach(entry -> removals.add(limited(unwant(entry, answers), timeout)));
    }
    answers.forEach(Runnable::run);
    writes.pump();
    return removals;
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

  /** Runs something for an SA later, unless the SA ends before. */
  void timed(SaEntry entry, Duration delay, Runnable task) {
    synchronized (table) {
      if (entry.state == SaEntry.State.INSTALLED) {
        entry.timers.add(environment.timer().schedule(delay, task));
      }
    }
  }

  // ---- hand-over ----------------------------------------------------------------------------

  /** Notes an SA that changed. */
  void note(SaEntry entry) {
    synchronized (table) {
      table.note(entry);
    }
  }

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
      old = subscription;
      subscription = null;
      Outcome stopping = Outcome.unavailable("the SAD service is stopping; try again");
      writes.turnAllAway(stopping, answers);
      writes.abandon(answers);
      desk.close(stopping, answers);
      table.entries.values().forEach(SaEntry::cancelTimers);
      table.records.close();
      left = table.entries.size();
    }
    if (old != null) {
      old.close();
    }
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
      newLife(now, "it restarted while the SAD service was away");
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

  /** The same answer, but not later than {@code timeout}. */
  private CompletionStage<Outcome> limited(CompletableFuture<Outcome> stage, Duration timeout) {
    if (stage.isDone()) {
      return stage;
    }
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    Registration timer =
        environment
            .timer()
            .schedule(
                timeout,
                () ->
                    answer.complete(
                        Outcome.unknown(
                            "data plane "
                                + table.name
                                + " did not confirm it within "
                                + timeout.toMillis()
                                + " ms; it goes on in the background")));
    stage.thenAccept(
        outcome -> {
          timer.close();
          answer.complete(outcome);
        });
    return answer;
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
