package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCalls;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Generation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writes to one plane. One request is on its way at a time, so writes arrive in the order they
 * were asked for; what gathers meanwhile goes in the next request. Keys go into the journal before
 * the request leaves. Guarded by the {@link SadTable}.
 */
final class SaQueue {

  private static final Logger LOG = LoggerFactory.getLogger(SaQueue.class);

  private final SadTable table;
  private final SadEnvironment environment;
  private final BurntKeys burnt;
  private final PlaneCalls calls;
  private final LifetimeWatch lifetimes;
  private final Runnable freed;
  private final ArrayDeque<SadWrite> queue = new ArrayDeque<>();
  private final List<SadWrite> flying = new ArrayList<>();
  private boolean writing;
  private boolean retryArmed;
  private Duration retryPause;

  /**
   * @param freed called when SAs were removed or confirmed, so that others may find room
   */
  SaQueue(
      SadTable table,
      SadEnvironment environment,
      BurntKeys burnt,
      PlaneCalls calls,
      LifetimeWatch lifetimes,
      Runnable freed) {
    this.table = table;
    this.environment = environment;
    this.burnt = burnt;
    this.calls = calls;
    this.lifetimes = lifetimes;
    this.freed = freed;
    this.retryPause = environment.settings().retryFirst();
  }

  /** Takes a write in. Holding the monitor; {@link #pump} follows when it is not held any more. */
  void add(SadWrite write) {
    queue.add(write);
  }

  /** The plane is well again: the next failure is not one of a row. Holding the monitor. */
  void calm() {
    retryPause = environment.settings().retryFirst();
  }

  /** Answers everything that was not handed to the plane. Holding the monitor. */
  void turnAllAway(Outcome outcome, List<Runnable> answers) {
    queue.forEach(write -> turnAway(write, outcome, answers));
    queue.clear();
  }

  /** Answers what was: nobody will be there to hear what became of it. Holding the monitor. */
  void abandon(List<Runnable> answers) {
    Outcome lost = Outcome.unknown("the SAD service stopped before the data plane answered");
    flying.forEach(write -> answers.add(() -> write.answer.complete(lost)));
  }

  /** Holding the monitor. */
  CompletableFuture<Outcome> enqueueRemoval(SaEntry entry) {
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
  void removeUnwanted() {
    synchronized (table) {
      retryArmed = false;
      if (!table.usable()) {
        return;
      }
      table.entries.values().stream()
          .filter(entry -> entry.unwanted && !entry.queued && entry.adding == null)
          .toList()
          .forEach(this::enqueueRemoval);
    }
    pump();
  }

  /** Holding the monitor. */
  private void retryLater() {
    if (retryArmed || table.closed) {
      return;
    }
    retryArmed = true;
    environment.timer().schedule(retryPause, this::removeUnwanted);
    Duration twice = retryPause.multipliedBy(2);
    Duration most = environment.settings().retryMost();
    retryPause = twice.compareTo(most) > 0 ? most : twice;
  }

  void arm(SadWrite write, Duration timeout) {
    Registration timer = environment.timer().schedule(timeout, () -> overdue(write, timeout));
    write.answer.whenComplete((outcome, fault) -> timer.close());
  }

  private void overdue(SadWrite write, Duration timeout) {
    Outcome outcome;
    synchronized (table) {
      if (write.over || write.answer.isDone()) {
        return;
      }
      String within = " within " + timeout.toMillis() + " ms";
      if (write.started) {
        write.abandoned = true;
        outcome =
            Outcome.unknown(
                "data plane " + table.name + " did not answer" + within + ": " + write.entry.id);
      } else {
        outcome =
            Outcome.unavailable(
                "data plane "
                    + table.name
                    + " did not get to it"
                    + within
                    + "; nothing was written");
        write.over = true;
        if (write instanceof SadWrite.Add add) {
          table.leave(add.entry);
          add.keys.close();
        }
      }
    }
    write.answer.complete(outcome);
  }

  void pump() {
    List<Runnable> answers = new ArrayList<>();
    List<SadWrite> batch = new ArrayList<>();
    DataPlane service;
    Generation expected;
    synchronized (table) {
      if (writing || queue.isEmpty() || !table.usable()) {
        return;
      }
      while (batch.size() < environment.settings().batch() && !queue.isEmpty()) {
        SadWrite write = queue.poll();
        if (ready(write, answers)) {
          batch.add(write);
        }
      }
      service = table.plane;
      expected = table.generation;
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
      boolean left = table.entries.get(entry.id) != entry;
      if (left || table.reused(entry)) {
        if (!left) {
          table.leave(entry);
          entry.key.ifPresent(burnt::gone);
        }
        answers.add(() -> write.answer.complete(Outcome.ok()));
        return false;
      }
      return true;
    }
    if (!entry.generation.equals(table.generation)) {
      turnAway(
          write,
          Outcome.unavailable("data plane " + table.name + " restarted before this was written"),
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
  void turnAway(SadWrite write, Outcome outcome, List<Runnable> answers) {
    if (write.over) {
      return;
    }
    write.over = true;
    if (write instanceof SadWrite.Add add) {
      add.entry.adding = null;
      table.leave(add.entry);
      answers.add(add.keys::close);
    } else if (write instanceof SadWrite.Remove) {
      write.entry.queued = false;
    }
    answers.add(() -> write.answer.complete(outcome));
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
    synchronized (table) {
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
    synchronized (table) {
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
          if (outcome.done() && table.entries.get(move.entry.id) == move.entry) {
            move.entry.replace(Copies.withEndpoints(move.entry.sa().orElseThrow(), move.endpoints));
            table.note(move.entry);
          }
          answers.add(() -> move.answer.complete(outcome));
        }
      }
    }
    answers.forEach(Runnable::run);
    pump();
    freed.run();
  }

  private void added(SadWrite.Add add, Outcome outcome, List<Runnable> answers) {
    SaEntry entry = add.entry;
    entry.adding = null;
    answers.add(add.keys::close);
    boolean mayBeThere = outcome.done() || outcome.kind() == Outcome.Kind.UNKNOWN;
    if (!mayBeThere) {
      table.leave(entry);
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
      table.confirmed(entry);
      table.note(entry);
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
              "data plane " + table.name + " restarted while SA " + entry.id + " was written");
    }
    if (!outcome.done() || add.abandoned || entry.state == SaEntry.State.BURNT) {
      // The caller counts it as failed, so nobody else will take it away.
      entry.state = entry.outbound() ? SaEntry.State.BURNT : SaEntry.State.REMOVING;
      entry.unwanted = true;
      table.note(entry);
      if (table.usable()) {
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
      if (table.entries.get(entry.id) == entry) {
        table.leave(entry);
      }
      entry.key.ifPresent(burnt::gone);
      retryPause = environment.settings().retryFirst();
    } else {
      LOG.warn("SA {} is not removed yet: {} {}", entry.id, outcome.kind(), outcome.reason());
      retryLater();
    }
    answers.add(() -> write.answer.complete(outcome));
  }
}
