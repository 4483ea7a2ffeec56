package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What callers ask of the SAs of one plane: put in order, and answered within their time. */
final class SaRequests {

  private final SadTable table;
  private final SadEnvironment environment;
  private final SaQueue writes;

  SaRequests(SadTable table, SadEnvironment environment, SaQueue writes) {
    this.table = table;
    this.environment = environment;
    this.writes = writes;
  }

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
