package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sp.PolicyAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the places of one plane that differ from what they should be to the plane, one request at
 * a time, and tells those who wait. Guarded by the {@link SpdTable}.
 */
final class SpdWrites {

  private static final Logger LOG = LoggerFactory.getLogger(SpdWrites.class);

  private final SpdTable table;
  private final SpdEnvironment environment;
  private final Completion completion;
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private boolean writing;
  private long round;
  private boolean retryArmed;
  private Duration retryPause;

  SpdWrites(SpdTable table, SpdEnvironment environment) {
    this.table = table;
    this.environment = environment;
    this.completion = new Completion(table, environment, this::pump);
    this.retryPause = environment.settings().retryFirst();
  }

  /** The plane is well again: the next failure is not one of a row. Holding the monitor. */
  void calm() {
    retryPause = environment.settings().retryFirst();
  }

  /**
   * Nothing waits for an answer out of an earlier life of the plane, least of all the holds.
   * Holding the monitor.
   */
  void forgetFlying(List<Runnable> answers) {
    round++;
    writing = false;
    Outcome lost = Outcome.unknown("data plane " + table.name + " restarted before it answered");
    for (Place place : table.places.values()) {
      place.certain = false;
      place.refused = false;
      place.inFlight = false;
      place.flying = null;
      table.records.place(place);
      tellAll(place, lost, answers);
    }
  }

  /** Answers everybody: nobody will be there to hear the plane. Holding the monitor. */
  void abandon(List<Runnable> answers) {
    Outcome stopping = Outcome.unknown("the SPD service stopped before the data plane answered");
    for (Waiter waiter : waiting) {
      waiter.over = true;
      answers.add(
          () -> {
            waiter.timer.close();
            waiter.answer.complete(stopping);
          });
    }
    waiting.clear();
  }

  /** Holding the monitor. */
  Waiter await(Collection<Place> touched, List<Claim> waking) {
    Waiter waiter = new Waiter(touched, waking);
    touched.forEach(place -> place.waiters.add(waiter));
    waiting.add(waiter);
    return waiter;
  }

  CompletionStage<Outcome> start(Waiter waiter, Duration timeout) {
    waiter.timer = environment.timer().schedule(timeout, () -> overdue(waiter, timeout));
    if (waiter.answer.isDone()) {
      waiter.timer.close();
    }
    pump();
    return waiter.answer;
  }

  private void overdue(Waiter waiter, Duration timeout) {
    Outcome outcome;
    synchronized (table) {
      if (waiter.over) {
        return;
      }
      waiter.over = true;
      waiting.remove(waiter);
      boolean doubtful =
          waiter.open().stream().anyMatch(place -> place.flyingWaiters.contains(waiter));
      String within = " within " + timeout.toMillis() + " ms";
      outcome =
          doubtful
              ? Outcome.unknown("data plane " + table.name + " did not answer" + within)
              : Outcome.unavailable("data plane " + table.name + " did not get to it" + within);
      for (Place place : waiter.open()) {
        place.waiters.remove(waiter);
        if (!place.flyingWaiters.contains(waiter)) {
          putToSleep(waiter, place);
        }
      }
    }
    waiter.answer.complete(outcome);
  }

  /** Holding the monitor. */
  void putToSleep(Waiter waiter, Place place) {
    for (Claim claim : waiter.waking) {
      if (claim.place == place && claim.waking) {
        claim.waking = false;
        claim.awake = false;
        table.note(claim);
        table.version++;
      }
    }
  }

  /** Every waiter of a place gets this outcome for it. Holding the monitor. */
  void tellAll(Place place, Outcome outcome, List<Runnable> answers) {
    List<Waiter> all = new ArrayList<>(place.flyingWaiters);
    all.addAll(place.waiters);
    place.waiters = new ArrayList<>(1);
    place.flyingWaiters = List.of();
    all.forEach(waiter -> tell(waiter, place, outcome, answers));
  }

  /** Holding the monitor. */
  private void tell(Waiter waiter, Place place, Outcome outcome, List<Runnable> answers) {
    if (!outcome.gone()) {
      putToSleep(waiter, place);
    } else {
      waiter.waking.stream().filter(claim -> claim.place == place).forEach(c -> c.waking = false);
    }
    if (waiter.written(place, outcome)) {
      waiting.remove(waiter);
      answers.add(
          () -> {
            waiter.timer.close();
            waiter.answer.complete(waiter.worst());
          });
    }
  }

  /** The plane went: what was not sent is remembered, but nobody waits for it. */
  void giveUpWaiting() {
    List<Runnable> answers = new ArrayList<>();
    synchronized (table) {
      Outcome outcome = Outcome.unavailable(table.unusable());
      for (Place place : List.copyOf(table.dirty)) {
        List<Waiter> gone = place.waiters;
        place.waiters = new ArrayList<>(1);
        gone.forEach(waiter -> tell(waiter, place, outcome, answers));
      }
    }
    answers.forEach(Runnable::run);
  }

  private record Write(Place place, Programmed wanted, PlaneChange change) {}

  void pump() {
    List<Runnable> answers = new ArrayList<>();
    List<Write> batch;
    DataPlane service;
    Generation expected;
    long number;
    boolean finished;
    synchronized (table) {
      if (writing || !table.usable()) {
        return;
      }
      finished = table.dirty.isEmpty() && completion.due(table);
      batch = nextBatch(answers);
      writing = !batch.isEmpty();
      service = table.plane;
      expected = table.generation;
      number = ++round;
    }
    answers.forEach(Runnable::run);
    if (!batch.isEmpty()) {
      environment.executor().execute(() -> write(service, expected, number, batch));
    } else if (finished) {
      environment.executor().execute(() -> completion.tell(service, expected));
    }
  }

  /**
   * What drops goes first and all at once, so that after a restart of the plane nothing comes
   * before its holds. Holding the monitor.
   */
  private List<Write> nextBatch(List<Runnable> answers) {
    List<Write> drops = new ArrayList<>();
    List<Write> others = new ArrayList<>();
    for (Iterator<Place> i = table.dirty.iterator(); i.hasNext(); ) {
      Place place = i.next();
      if (place.settled()) {
        i.remove();
        tellAll(place, Outcome.ok(), answers);
        table.forgetIfUnused(place);
      } else {
        Write write = writeOf(place);
        (write.wanted() != null && write.wanted().drops() ? drops : others).add(write);
      }
    }
    others.sort(
        Comparator.comparing(w -> w.wanted() == null || !isProtect(w.wanted()))); // protect first
    List<Write> chosen = drops.isEmpty() ? others : drops;
    int most = drops.isEmpty() ? environment.settings().batch() : drops.size();
    List<Write> batch = List.copyOf(chosen.subList(0, Math.min(most, chosen.size())));
    for (Write write : batch) {
      Place place = write.place();
      table.dirty.remove(place);
      place.inFlight = true;
      place.flying = write.wanted();
      place.flyingWaiters = place.waiters;
      place.waiters = new ArrayList<>(1);
      table.records.place(place);
    }
    return batch;
  }

  private static boolean isProtect(Programmed wanted) {
    return wanted.action() instanceof PolicyAction.Protect;
  }

  private static Write writeOf(Place place) {
    Direction direction = place.key.direction();
    Programmed wanted = place.desired().orElse(null);
    if (wanted != null) {
      return new Write(
          place,
          wanted,
          new PlaneChange.PutPolicy(
              direction, wanted.selectors(), wanted.priority(), wanted.action()));
    }
    return new Write(place, null, new PlaneChange.RemovePolicy(direction, place.last));
  }

  private void write(DataPlane service, Generation expected, long number, List<Write> batch) {
    Duration limit =
        environment
            .settings()
            .writeTimeout()
            .plus(environment.settings().writeTimeoutEach().multipliedBy(batch.size()));
    List<PlaneChange> changes = batch.stream().map(Write::change).toList();
    environment
        .planeCalls()
        .apply(service, expected, changes, limit, done -> written(number, batch, done));
  }

  private void written(long number, List<Write> batch, List<Outcome> outcomes) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (table) {
      if (number != round) {
        return;
      }
      writing = false;
      table.version++;
      boolean again = false;
      for (int i = 0; i < batch.size(); i++) {
        Write write = batch.get(i);
        Place place = write.place();
        place.inFlight = false;
        place.flying = null;
        again |= !settle(write, outcomes.get(i), answers);
      }
      if (again) {
        retryLater();
      } else {
        retryPause = environment.settings().retryFirst();
      }
    }
    answers.forEach(Runnable::run);
    pump();
  }

  /** False when it must be tried again. Holding the monitor. */
  private boolean settle(Write write, Outcome outcome, List<Runnable> answers) {
    Place place = write.place();
    boolean done = write.wanted() == null ? outcome.gone() : outcome.done();
    if (done) {
      place.programmed = write.wanted();
      place.certain = true;
      place.problem = "";
    } else {
      place.certain = place.certain && outcome.kind() != Outcome.Kind.UNKNOWN;
      place.problem = outcome.reason();
      LOG.warn(
          "data plane {}: {} not written: {} {}",
          table.name,
          place.key.place(),
          outcome.kind(),
          outcome.reason());
    }
    table.records.place(place);
    List<Waiter> told = place.flyingWaiters;
    place.flyingWaiters = List.of();
    Outcome plain = done ? Outcome.ok() : outcome;
    told.forEach(waiter -> tell(waiter, place, plain, answers));
    if (place.settled()) {
      place.problem = "";
      if (!place.waiters.isEmpty()) {
        table.dirty.add(place);
      }
      table.forgetIfUnused(place);
      return true;
    }
    if (done || table.dirty.contains(place)) {
      table.dirty.add(place);
      return true;
    }
    place.refused = outcome.kind() == Outcome.Kind.REFUSED;
    return place.refused;
  }

  /** Holding the monitor. */
  private void retryLater() {
    if (retryArmed || table.closed) {
      return;
    }
    retryArmed = true;
    environment
        .timer()
        .schedule(
            retryPause,
            () -> {
              synchronized (table) {
                retryArmed = false;
                table.everythingUnsettled();
              }
              pump();
            });
    Duration twice = retryPause.multipliedBy(2);
    Duration most = environment.settings().retryMost();
    retryPause = twice.compareTo(most) > 0 ? most : twice;
  }
}
