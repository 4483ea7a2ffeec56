package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SAs of one data plane, and the queue of writes to it. One request is on its way at a time, so
 * writes arrive in the order they were asked for; what gathers meanwhile goes in the next request.
 * The monitor is never held while the plane, the disk or a listener is called.
 */
final class PlaneSad {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneSad.class);

  private final String name;
  private final SadEnvironment environment;
  private final BurntKeys burnt;
  private final Consumer<SadEvent> events;
  private final PlaneCalls calls;
  private final Serial planeEvents;
  private final LifetimeWatch lifetimes;

  private DataPlane plane;
  private Registration subscription;
  private boolean up;
  private boolean closed;
  private Generation generation = Generation.NONE;

  private final Map<SaId, SaEntry> entries = new LinkedHashMap<>();
  private final Map<SpiAddress, SaEntry> bySpi = new HashMap<>();
  private final Map<Long, Set<SaEntry>> byIndex = new HashMap<>();
  private final Leases leases = new Leases();
  private final ArrayDeque<SadWrite> queue = new ArrayDeque<>();
  private final List<SadWrite> flying = new ArrayList<>();
  private final Set<CompletableFuture<Result<SpiLease>>> reserving = new LinkedHashSet<>();
  private boolean writing;
  private boolean retryArmed;
  private Duration retryPause;

  private record SpiAddress(Spi spi, InetAddress destination) {}

  PlaneSad(String name, SadEnvironment environment, BurntKeys burnt, Consumer<SadEvent> events) {
    this.name = name;
    this.environment = environment;
    this.burnt = burnt;
    this.events = events;
    this.calls = new PlaneCalls(environment);
    this.planeEvents = new Serial(environment.executor());
    this.lifetimes = new LifetimeWatch(environment, this);
    this.retryPause = environment.settings().retryFirst();
  }

  // ---- the plane comes and goes -------------------------------------------------------------

  void bind(DataPlane service) {
    Registration old;
    synchronized (this) {
      if (closed) {
        return;
      }
      plane = service;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    Registration fresh =
        service.subscribe(event -> planeEvents.execute(() -> planeEvent(service, event)));
    synchronized (this) {
      if (plane == service && !closed) {
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

  /** SAs that were taken over before there was a plane to ask what it keeps itself. */
  private synchronized List<SaEntry> unwatched() {
    return entries.values().stream()
        .filter(entry -> entry.state == SaEntry.State.INSTALLED && !entry.watched)
        .toList();
  }

  void unbind(DataPlane service) {
    Registration old;
    synchronized (this) {
      if (plane != service) {
        return;
      }
      plane = null;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    planeEvents.execute(() -> wentDown(null, missing()));
  }

  private void planeEvent(DataPlane from, PlaneEvent event) {
    synchronized (this) {
      if (plane != from) {
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
    synchronized (this) {
      if (plane != service || closed) {
        return;
      }
    }
    newLife(now, reason);
    boolean was;
    synchronized (this) {
      was = up;
      up = true;
      retryPause = environment.settings().retryFirst();
    }
    if (!was) {
      events.accept(new SadEvent.PlaneUp(name, now));
      environment.timer().schedule(environment.settings().settle(), this::removeUnwanted);
    }
    lifetimes.poll();
    pump();
  }

  private void wentDown(DataPlane service, String reason) {
    List<Runnable> answers = new ArrayList<>();
    boolean was;
    synchronized (this) {
      if (plane != service) {
        return;
      }
      was = up;
      up = false;
      Outcome outcome = Outcome.unavailable(unusable());
      for (SadWrite write : queue) {
        turnAway(write, outcome, answers);
      }
      queue.clear();
    }
    answers.forEach(Runnable::run);
    if (was) {
      events.accept(new SadEvent.PlaneDown(name, reason));
    }
  }

  /** Burns every key of an earlier life (packet safety: the device counts from the start again). */
  private void newLife(Generation now, String reason) {
    Set<ChildId> children = new LinkedHashSet<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      generation = now;
      leases.voidExcept(now);
      for (SaEntry entry : entries.values()) {
        if (entry.alive() && !entry.generation.equals(now)) {
          entry.state = SaEntry.State.BURNT;
          entry.cancelTimers();
          entry.child().ifPresent(children::add);
        }
      }
    }
    burnt.generation(name, now);
    if (!children.isEmpty()) {
      LOG.warn(
          "data plane {} began life {}: keys of {} children are burnt ({})",
          name,
          now,
          children.size(),
          reason);
    }
    children.forEach(child -> events.accept(new SadEvent.Burnt(child, name, now, reason)));
  }

  private void expired(PlaneEvent.Expired expired) {
    SaEntry entry;
    synchronized (this) {
      entry = bySpi.get(new SpiAddress(expired.spi(), expired.destination()));
    }
    if (entry == null) {
      LOG.debug("data plane {}: expiry of unknown SPI {}", name, expired.spi());
      return;
    }
    reached(entry, expired.hard(), "the data plane reported it");
  }

  /** A lifetime was reached; tells the owner once, and ends the SA when the owner does not. */
  void reached(SaEntry entry, boolean hard, String reason) {
    ChildId child;
    synchronized (this) {
      if (entry.state != SaEntry.State.INSTALLED || entry.hardTold || (entry.softTold && !hard)) {
        return;
      }
      entry.softTold = true;
      entry.hardTold = hard;
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
    synchronized (this) {
      if (entry.state != SaEntry.State.INSTALLED) {
        return;
      }
    }
    LOG.warn("SA {} is removed: {}, and its owner did not end it", entry.id, reason);
    remove(entry.id, environment.settings().writeTimeout());
  }

  // ---- leases -------------------------------------------------------------------------------

  CompletionStage<Result<SpiLease>> reserve(Duration timeout) {
    CompletableFuture<Result<SpiLease>> answer = new CompletableFuture<>();
    Registration timer =
        environment
            .timer()
            .schedule(
                timeout,
                () ->
                    answer.complete(
                        Result.failed(
                            Outcome.unavailable(
                                "data plane "
                                    + name
                                    + " gave no SPI within "
                                    + timeout.toMillis()
                                    + " ms"))));
    synchronized (this) {
      reserving.add(answer);
    }
    answer.whenComplete(
        (result, fault) -> {
          timer.close();
          synchronized (this) {
            reserving.remove(answer);
          }
        });
    tryReserve(answer, environment.nanos().getAsLong() + timeout.toNanos());
    return answer;
  }

  private void tryReserve(CompletableFuture<Result<SpiLease>> answer, long deadline) {
    DataPlane service;
    Optional<SpiLease> pooled;
    Duration left = Duration.ofNanos(deadline - environment.nanos().getAsLong());
    Outcome closedDoor = null;
    synchronized (this) {
      service = plane;
      pooled = Optional.empty();
      if (!usable()) {
        closedDoor = Outcome.unavailable(unusable());
      } else {
        pooled = leases.pooled();
        pooled.ifPresent(leases::hold);
      }
    }
    if (closedDoor != null) {
      answer.complete(Result.failed(closedDoor));
      return;
    }
    if (pooled.isPresent()) {
      if (!answer.complete(Result.ok(pooled.get()))) {
        release(pooled.get());
      }
      return;
    }
    if (left.isNegative() || left.isZero()) {
      return;
    }
    calls
        .bounded(() -> service.allocateSpi(left), left)
        .whenCompleteAsync(
            (result, fault) -> allocated(result, fault, answer, deadline), environment.executor());
  }

  private void allocated(
      Result<SpiLease> result,
      Throwable fault,
      CompletableFuture<Result<SpiLease>> answer,
      long deadline) {
    if (fault != null) {
      String why = "data plane " + name + " gave no SPI: " + PlaneCalls.reason(fault);
      answer.complete(Result.failed(Outcome.unavailable(why)));
      return;
    }
    if (!result.done()) {
      answer.complete(result);
      return;
    }
    SpiLease lease = result.value().orElseThrow();
    Outcome wrong = null;
    boolean again = false;
    synchronized (this) {
      if (!lease.generation().equals(generation)) {
        wrong = Outcome.unavailable("data plane " + name + " restarted meanwhile; try again");
      } else if (leases.holds(lease.index()) || leases.keeps(lease.index())) {
        wrong =
            Outcome.conflict(
                "data plane "
                    + name
                    + " gave index "
                    + lease.index()
                    + " twice; it is not used for a second pair");
      } else if (byIndex.containsKey(lease.index())) {
        leases.quarantine(lease);
        again = true;
      } else {
        leases.hold(lease);
      }
    }
    if (again) {
      tryReserve(answer, deadline);
    } else if (!answer.complete(wrong == null ? Result.ok(lease) : Result.failed(wrong))
        && wrong == null) {
      // The caller is gone: an SPI that nobody knows of would leak.
      release(lease);
    }
  }

  CompletionStage<Outcome> release(SpiLease lease) {
    DataPlane service;
    synchronized (this) {
      if (byIndex.containsKey(lease.index()) && lease.generation().equals(generation)) {
        return done(Outcome.conflict("an SA lives under index " + lease.index()));
      }
      Optional<SpiLease> mine = leases.drop(lease.index()).filter(lease::equals);
      if (mine.isEmpty()) {
        return done(Outcome.same());
      }
      if (!usable()) {
        // Kept for the next negotiation, should the plane come back in the same life.
        leases.pool(lease);
        return done(Outcome.ok());
      }
      service = plane;
    }
    Duration limit = environment.settings().writeTimeout();
    return calls
        .bounded(() -> service.releaseSpi(lease), limit)
        .handleAsync(
            (outcome, fault) -> fault == null ? outcome : Outcome.unknown(PlaneCalls.reason(fault)),
            environment.executor());
  }

  // ---- what callers ask ---------------------------------------------------------------------

  CompletionStage<Outcome> add(
      SecurityAssociation sa, SaKeys keys, Fingerprint key, Duration timeout) {
    SadWrite.Add write;
    synchronized (this) {
      Outcome refused = admit(sa);
      if (refused != null) {
        keys.close();
        return done(refused);
      }
      SaEntry entry = new SaEntry(sa, key, generation, SaEntry.State.INSTALLING);
      enter(entry);
      write = new SadWrite.Add(entry, keys, environment.nanos().getAsLong() + timeout.toNanos());
      entry.adding = write;
      queue.add(write);
    }
    arm(write, timeout);
    pump();
    return write.answer;
  }

  private Outcome admit(SecurityAssociation sa) {
    if (!usable()) {
      return Outcome.unavailable(unusable());
    }
    if (!sa.lease().generation().equals(generation)) {
      return Outcome.unavailable(
          "the SPI "
              + sa.lease().spi()
              + " was given in life "
              + sa.lease().generation()
              + " of data plane "
              + name
              + ", which is in life "
              + generation
              + " now; reserve a new one");
    }
    if (entries.containsKey(sa.id())) {
      return Outcome.conflict("there is an SA " + sa.id() + " already");
    }
    for (SaEntry other : byIndex.getOrDefault(sa.id().index(), Set.of())) {
      ChildId theirs = other.child().orElse(null);
      if (theirs == null || !theirs.uid().equals(sa.child().uid())) {
        return Outcome.conflict(
            "index " + sa.id().index() + " of data plane " + name + " belongs to " + theirs);
      }
    }
    return null;
  }

  CompletionStage<Outcome> move(SaId id, Endpoints endpoints, Duration timeout) {
    SadWrite.Move write;
    synchronized (this) {
      SaEntry entry = entries.get(id);
      if (entry == null || entry.sa().isEmpty()) {
        return done(Outcome.absent("there is no SA " + id));
      }
      if (!usable()) {
        return done(Outcome.unavailable(unusable()));
      }
      if (!plane.capabilities().canMove()) {
        return done(
            Outcome.refused(
                "data plane " + name + " cannot move an SA; negotiate a new child instead"));
      }
      if (!entry.alive()) {
        return done(Outcome.refused("SA " + id + " is " + entry.state.text()));
      }
      write =
          new SadWrite.Move(entry, endpoints, environment.nanos().getAsLong() + timeout.toNanos());
      queue.add(write);
    }
    arm(write, timeout);
    pump();
    return write.answer;
  }

  CompletionStage<Outcome> remove(SaId id, Duration timeout) {
    List<Runnable> answers = new ArrayList<>();
    CompletableFuture<Outcome> removal;
    synchronized (this) {
      SaEntry entry = entries.get(id);
      if (entry == null) {
        return done(Outcome.absent("there is no SA " + id));
      }
      removal = unwant(entry, answers);
    }
    answers.forEach(Runnable::run);
    pump();
    return limited(removal, timeout);
  }

  /** Sends an entry on its way out. Holding the monitor. */
  private CompletableFuture<Outcome> unwant(SaEntry entry, List<Runnable> answers) {
    entry.unwanted = true;
    entry.cancelTimers();
    if (entry.adding != null && !entry.adding.started) {
      SadWrite.Add add = entry.adding;
      add.over = true;
      leave(entry);
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
    if (!usable()) {
      return CompletableFuture.completedFuture(
          Outcome.unavailable(unusable() + "; SA " + entry.id + " is removed when it is back"));
    }
    return enqueueRemoval(entry);
  }

  /** Holding the monitor. */
  private CompletableFuture<Outcome> enqueueRemoval(SaEntry entry) {
    if (!entry.queued) {
      entry.queued = true;
      SadWrite.Remove write =
          new SadWrite.Remove(
              entry,
              environment.nanos().getAsLong() + environment.settings().writeTimeout().toNanos());
      entry.removal = write.answer;
      queue.add(write);
    }
    return entry.removal;
  }

  /** Whatever shall be gone and is not: after a plane came up, and again after a pause. */
  private void removeUnwanted() {
    synchronized (this) {
      retryArmed = false;
      if (!usable()) {
        return;
      }
      entries.values().stream()
          .filter(entry -> entry.unwanted && !entry.queued && entry.adding == null)
          .toList()
          .forEach(this::enqueueRemoval);
    }
    pump();
  }

  /** Holding the monitor. */
  private void retryLater() {
    if (retryArmed || closed) {
      return;
    }
    retryArmed = true;
    environment.timer().schedule(retryPause, this::removeUnwanted);
    Duration twice = retryPause.multipliedBy(2);
    Duration most = environment.settings().retryMost();
    retryPause = twice.compareTo(most) > 0 ? most : twice;
  }

  // ---- the whole table ----------------------------------------------------------------------

  List<CompletionStage<Outcome>> flush(String owner, Optional<String> instance, Duration timeout) {
    List<Runnable> answers = new ArrayList<>();
    List<CompletionStage<Outcome>> removals = new ArrayList<>();
    synchronized (this) {
      entries.values().stream()
          .filter(entry -> entry.owner().name().equals(owner))
          .filter(entry -> instance.isEmpty() || instance.get().equals(entry.owner().instance()))
          .toList()
          .forEach(entry -> removals.add(limited(unwant(entry, answers), timeout)));
    }
    answers.forEach(Runnable::run);
    pump();
    return removals;
  }

  /** Names a new instance as the owner; what is on its way out is not handed over. */
  synchronized List<SecurityAssociation> adopt(String owner, String newInstance) {
    List<SecurityAssociation> adopted = new ArrayList<>();
    for (SaEntry entry : entries.values()) {
      if (entry.owner().name().equals(owner) && entry.sa().isPresent() && !entry.unwanted) {
        entry.replace(Copies.withInstance(entry.sa().get(), newInstance));
        adopted.add(entry.sa().get());
      }
    }
    return adopted;
  }

  synchronized List<SadService.Entry> snapshot() {
    return entries.values().stream()
        .filter(entry -> entry.sa().isPresent())
        .map(e -> new SadService.Entry(e.sa().get(), e.state.text(), e.generation))
        .toList();
  }

  /** Children whose keys are burnt and that nobody replaced yet, for who comes late. */
  synchronized List<SadEvent> standing() {
    Set<ChildId> children = new LinkedHashSet<>();
    entries.values().stream()
        .filter(entry -> entry.state == SaEntry.State.BURNT && !entry.unwanted)
        .forEach(entry -> entry.child().ifPresent(children::add));
    return children.stream()
        .map(c -> (SadEvent) new SadEvent.Burnt(c, name, generation, "the data plane restarted"))
        .toList();
  }

  synchronized Optional<DataPlane> service() {
    return Optional.ofNullable(plane);
  }

  /** Runs something for an SA later, unless the SA ends before. */
  synchronized void timed(SaEntry entry, Duration delay, Runnable task) {
    if (entry.state == SaEntry.State.INSTALLED) {
      entry.timers.add(environment.timer().schedule(delay, task));
    }
  }

  // ---- hand-over ----------------------------------------------------------------------------

  /** Stops; nothing is deleted on the device. What was on its way counts as doubtful. */
  SadState.Plane close() {
    List<Runnable> answers = new ArrayList<>();
    Registration old;
    SadState.Plane state;
    synchronized (this) {
      closed = true;
      old = subscription;
      subscription = null;
      Outcome stopping = Outcome.unavailable("the SAD service is stopping; try again");
      queue.forEach(write -> turnAway(write, stopping, answers));
      queue.clear();
      // Nobody will be there to hear what became of these.
      Outcome lost = Outcome.unknown("the SAD service stopped before the data plane answered");
      flying.forEach(write -> answers.add(() -> write.answer.complete(lost)));
      reserving.forEach(open -> answers.add(() -> open.complete(Result.failed(stopping))));
      entries.values().forEach(SaEntry::cancelTimers);
      long now = environment.nanos().getAsLong();
      state =
          new SadState.Plane(
              name,
              generation,
              entries.values().stream()
                  .filter(entry -> entry.sa().isPresent())
                  .map(entry -> SadState.Saved.of(entry, now))
                  .toList(),
              leases.held(),
              leases.kept());
    }
    if (old != null) {
      old.close();
    }
    answers.forEach(Runnable::run);
    return state;
  }

  /** Takes over what an earlier instance left; before the plane is bound, or right after. */
  void restore(SadState.Plane state) {
    List<SaEntry> living = new ArrayList<>();
    boolean known;
    synchronized (this) {
      known = !generation.equals(Generation.NONE);
      if (!known) {
        generation = state.generation();
      }
      long now = environment.nanos().getAsLong();
      for (SadState.Saved saved : state.entries()) {
        SaEntry old = entries.get(saved.sa().id());
        if (old != null && old.sa().isPresent()) {
          continue;
        }
        if (old != null) {
          leave(old);
        }
        SaEntry entry = saved.entry(now);
        enter(entry);
        if (entry.alive()) {
          living.add(entry);
        }
      }
      state.leases().forEach(leases::hold);
      for (SpiLease kept : state.quarantine()) {
        if (byIndex.containsKey(kept.index())) {
          leases.quarantine(kept);
        } else {
          leases.pool(kept);
        }
      }
    }
    living.forEach(lifetimes::installed);
    Generation now;
    synchronized (this) {
      now = generation;
    }
    if (known) {
      newLife(now, "it restarted while the SAD service was away");
      environment.timer().schedule(environment.settings().settle(), this::removeUnwanted);
    }
  }

  /**
   * SAs that only the journal knows.
   *
   * @param unwanted an earlier run of the process left them, so nobody else will remove them
   */
  synchronized void orphans(List<KeyNote> notes, boolean unwanted) {
    for (KeyNote note : notes) {
      if (!entries.containsKey(note.sa())) {
        SaEntry entry = new SaEntry(note);
        entry.unwanted = unwanted;
        enter(entry);
      }
    }
  }

  // ---- writing ------------------------------------------------------------------------------

  private void arm(SadWrite write, Duration timeout) {
    Registration timer = environment.timer().schedule(timeout, () -> overdue(write, timeout));
    write.answer.whenComplete((outcome, fault) -> timer.close());
  }

  private void overdue(SadWrite write, Duration timeout) {
    Outcome outcome;
    synchronized (this) {
      if (write.over || write.answer.isDone()) {
        return;
      }
      String within = " within " + timeout.toMillis() + " ms";
      if (write.started) {
        write.abandoned = true;
        outcome =
            Outcome.unknown(
                "data plane " + name + " did not answer" + within + ": " + write.entry.id);
      } else {
        outcome =
            Outcome.unavailable(
                "data plane " + name + " did not get to it" + within + "; nothing was written");
        write.over = true;
        if (write instanceof SadWrite.Add add) {
          leave(add.entry);
          add.keys.close();
        }
      }
    }
    write.answer.complete(outcome);
  }

  private void pump() {
    List<Runnable> answers = new ArrayList<>();
    List<SadWrite> batch = new ArrayList<>();
    DataPlane service;
    Generation expected;
    synchronized (this) {
      if (writing || queue.isEmpty() || !usable()) {
        return;
      }
      while (batch.size() < environment.settings().batch() && !queue.isEmpty()) {
        SadWrite write = queue.poll();
        if (ready(write, answers)) {
          batch.add(write);
        }
      }
      service = plane;
      expected = generation;
      writing = !batch.isEmpty();
      flying.addAll(batch);
    }
    answers.forEach(Runnable::run);
    if (!batch.isEmpty()) {
      environment.executor().execute(() -> note(service, expected, batch));
    }
  }

  /** False when there is nothing to write any more. Holding the monitor. */
  private boolean ready(SadWrite write, List<Runnable> answers) {
    if (write.over) {
      return false;
    }
    SaEntry entry = write.entry;
    if (write instanceof SadWrite.Remove) {
      boolean left = entries.get(entry.id) != entry;
      if (left || reused(entry)) {
        if (!left) {
          leave(entry);
          entry.key.ifPresent(burnt::gone);
        }
        answers.add(() -> write.answer.complete(Outcome.ok()));
        return false;
      }
      return true;
    }
    if (!entry.generation.equals(generation)) {
      turnAway(
          write,
          Outcome.unavailable("data plane " + name + " restarted before this was written"),
          answers);
      return false;
    }
    if (write instanceof SadWrite.Add && !burnt.take(noteOf(entry))) {
      turnAway(
          write,
          Outcome.refused(
              "burnt: this key was written for an SA before, and never is again; negotiate a new"
                  + " one"),
          answers);
      return false;
    }
    return true;
  }

  /** Answers a write that was not handed to the plane. Holding the monitor. */
  private void turnAway(SadWrite write, Outcome outcome, List<Runnable> answers) {
    if (write.over) {
      return;
    }
    write.over = true;
    if (write instanceof SadWrite.Add add) {
      add.entry.adding = null;
      leave(add.entry);
      answers.add(add.keys::close);
    } else if (write instanceof SadWrite.Remove) {
      write.entry.queued = false;
    }
    answers.add(() -> write.answer.complete(outcome));
  }

  /**
   * An SA of an earlier life whose index the device has given to somebody else by now: it is not
   * there any more, and removing by index would hit the wrong one.
   */
  private boolean reused(SaEntry entry) {
    boolean present = entry.sa().isPresent() && entry.generation.equals(generation);
    if (present) {
      return false;
    }
    return leases.holds(entry.id.index())
        || byIndex.getOrDefault(entry.id.index(), Set.of()).stream()
            .anyMatch(other -> other.alive() && other.generation.equals(generation));
  }

  private KeyNote noteOf(SaEntry entry) {
    ChildId child = entry.child().orElseThrow();
    return new KeyNote(
        entry.key.orElseThrow(),
        entry.id,
        entry.generation,
        child.owner().name(),
        child.connection(),
        environment.clock().instant().getEpochSecond());
  }

  /** Puts the keys of a batch into the journal, then lets the plane have the batch. */
  private void note(DataPlane service, Generation expected, List<SadWrite> batch) {
    List<KeyNote> notes =
        batch.stream()
            .filter(SadWrite.Add.class::isInstance)
            .map(write -> noteOf(write.entry))
            .toList();
    if (notes.isEmpty()) {
      write(service, expected, batch, null);
    } else {
      burnt
          .commit(notes)
          .whenCompleteAsync(
              (done, fault) -> write(service, expected, batch, fault), environment.executor());
    }
  }

  private void write(
      DataPlane service, Generation expected, List<SadWrite> batch, Throwable fault) {
    List<Runnable> answers = new ArrayList<>();
    List<SadWrite> rest = new ArrayList<>();
    long now = environment.nanos().getAsLong();
    long latest = now;
    synchronized (this) {
      for (SadWrite write : batch) {
        boolean add = write instanceof SadWrite.Add;
        if (add && (fault != null || write.over)) {
          // Certainly not written, so it may be tried again.
          burnt.forget(write.entry.key.orElseThrow());
          turnAway(
              write,
              Outcome.unavailable(
                  "the burnt-key journal cannot be written, so no key is installed: "
                      + (fault == null ? "" : PlaneCalls.reason(fault))),
              answers);
        } else if (!write.over) {
          write.started = true;
          latest = Math.max(latest, write.deadline);
          rest.add(write);
        }
      }
    }
    answers.forEach(Runnable::run);
    if (rest.isEmpty()) {
      written(rest, List.of());
      return;
    }
    // A little less than what the caller gave, so that the plane's own words reach the caller.
    Duration limit = Duration.ofNanos(Math.max((latest - now) / 10 * 9, 1_000_000));
    List<PlaneChange> changes = rest.stream().map(SadWrite::change).toList();
    calls.apply(service, expected, changes, limit, outcomes -> written(rest, outcomes));
  }

  private void written(List<SadWrite> batch, List<Outcome> outcomes) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      writing = false;
      flying.clear();
      for (int i = 0; i < batch.size(); i++) {
        SadWrite write = batch.get(i);
        Outcome outcome = outcomes.get(i);
        if (write instanceof SadWrite.Add add) {
          added(add, outcome, answers);
        } else if (write instanceof SadWrite.Remove) {
          removed(write, outcome, answers);
        } else if (write instanceof SadWrite.Move move) {
          if (outcome.done() && entries.get(move.entry.id) == move.entry) {
            move.entry.replace(Copies.withEndpoints(move.entry.sa().orElseThrow(), move.endpoints));
          }
          answers.add(() -> move.answer.complete(outcome));
        }
      }
    }
    answers.forEach(Runnable::run);
    pump();
  }

  private void added(SadWrite.Add add, Outcome outcome, List<Runnable> answers) {
    SaEntry entry = add.entry;
    entry.adding = null;
    answers.add(add.keys::close);
    boolean mayBeThere = outcome.done() || outcome.kind() == Outcome.Kind.UNKNOWN;
    if (!mayBeThere) {
      leave(entry);
      if (entry.outbound()) {
        // Burnt for good, although the SA is not there: the write was begun.
        burnt.gone(entry.key.orElseThrow());
      } else {
        burnt.forget(entry.key.orElseThrow());
      }
      answers.add(() -> add.answer.complete(outcome));
      return;
    }
    if (entry.state == SaEntry.State.INSTALLING && outcome.done() && !add.abandoned) {
      entry.state = SaEntry.State.INSTALLED;
      entry.installedNanos = environment.nanos().getAsLong();
      answers.add(
          () -> {
            lifetimes.installed(entry);
            add.answer.complete(outcome);
          });
      return;
    }
    Outcome told = outcome;
    if (entry.state == SaEntry.State.BURNT) {
      told =
          Outcome.unknown(
              "data plane " + name + " restarted while SA " + entry.id + " was written");
    }
    if (!outcome.done() || add.abandoned || entry.state == SaEntry.State.BURNT) {
      // The caller counts it as failed, so nobody else will take it away.
      entry.state = entry.outbound() ? SaEntry.State.BURNT : SaEntry.State.REMOVING;
      entry.unwanted = true;
      if (usable()) {
        enqueueRemoval(entry);
      }
    }
    Outcome last = told;
    answers.add(() -> add.answer.complete(last));
  }

  private void removed(SadWrite write, Outcome outcome, List<Runnable> answers) {
    SaEntry entry = write.entry;
    entry.queued = false;
    if (outcome.gone()) {
      if (entries.get(entry.id) == entry) {
        leave(entry);
      }
      entry.key.ifPresent(burnt::gone);
      retryPause = environment.settings().retryFirst();
    } else {
      LOG.warn("SA {} is not removed yet: {} {}", entry.id, outcome.kind(), outcome.reason());
      retryLater();
    }
    answers.add(() -> write.answer.complete(outcome));
  }

  // ---- the table ----------------------------------------------------------------------------

  private void enter(SaEntry entry) {
    entries.put(entry.id, entry);
    bySpi.put(new SpiAddress(entry.id.spi(), entry.id.destination()), entry);
    byIndex.computeIfAbsent(entry.id.index(), i -> new LinkedHashSet<>()).add(entry);
    leases.drop(entry.id.index()).ifPresent(lease -> entry.lease = lease);
  }

  private void leave(SaEntry entry) {
    entry.cancelTimers();
    entries.remove(entry.id, entry);
    bySpi.remove(new SpiAddress(entry.id.spi(), entry.id.destination()), entry);
    Set<SaEntry> others = byIndex.get(entry.id.index());
    if (others != null && others.remove(entry) && others.isEmpty()) {
      byIndex.remove(entry.id.index());
      leases.vacated(entry.id.index());
    }
    if (entry.lease != null && entry.state == SaEntry.State.INSTALLING) {
      // Nothing was installed: the lease is its holder's again.
      if (byIndex.containsKey(entry.id.index())) {
        byIndex.get(entry.id.index()).forEach(other -> other.lease = entry.lease);
      } else {
        leases.hold(entry.lease);
      }
    }
  }

  private boolean usable() {
    return plane != null && up && !closed;
  }

  private String missing() {
    return "data plane " + name + " is not there (no service)";
  }

  private String unusable() {
    if (plane == null) {
      return missing();
    }
    var status = plane.status();
    if (status.ready()) {
      return "data plane " + name + " is just coming up; try again";
    }
    return "data plane "
        + name
        + " is not ready ("
        + status.connection().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + (status.reason().isEmpty() ? ")" : "): " + status.reason());
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
                                + name
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
