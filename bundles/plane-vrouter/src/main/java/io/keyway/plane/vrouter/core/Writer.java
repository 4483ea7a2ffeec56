package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.plane.support.Job;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.plane.vrouter.message.Results;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.ResultList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes to the agent, one call at a time, so that they arrive in the order in which they
 * were asked for; what gathers meanwhile goes in the next call. No call is ever made a second time:
 * the key of a repeated one might have been in use.
 */
final class Writer {

  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

  /** Changes that wait, over all jobs. */
  static final int MOST_CHANGES = 65_536;

  private final String plane;
  private final PlaneThread thread;
  private final Supplier<Optional<Contact>> contact;
  private final Life life;
  private final Mirror mirror;
  private final Consumer<String> lost;
  private final Runnable changed;
  private final ArrayDeque<Cursor> jobs = new ArrayDeque<>();
  private final ArrayDeque<Alone<?>> others = new ArrayDeque<>();
  private boolean othersTurn = true;
  private boolean flying;
  private volatile int waiting;

  /** How far a job has come. */
  private static final class Cursor {
    private final Job job;
    private int next;
    private int open;

    Cursor(Job job) {
      this.job = job;
    }
  }

  /** A call that is no job. */
  private record Alone<T>(Supplier<CompletionStage<T>> call, CompletableFuture<T> answer) {}

  /** One change on its way. */
  private record Item(Cursor cursor, int index, Translation.Prepared prepared) {}

  /**
   * @param contact present while changes may be made
   * @param lost is told when a call leaves it open what was done
   * @param changed is called before anybody hears of an answer
   */
  Writer(
      String plane,
      PlaneThread thread,
      Supplier<Optional<Contact>> contact,
      Life life,
      Mirror mirror,
      Consumer<String> lost,
      Runnable changed) {
    this.plane = plane;
    this.thread = thread;
    this.contact = contact;
    this.life = life;
    this.mirror = mirror;
    this.lost = lost;
    this.changed = changed;
  }

  /** Whether a job of this size finds room; from any thread, as a guess. */
  boolean room(int changes) {
    return waiting == 0 || waiting + changes <= MOST_CHANGES;
  }

  // -- on the plane's thread

  /** Whether a call is on its way. */
  boolean flying() {
    return flying;
  }

  void add(Job job) {
    jobs.add(new Cursor(job));
    waiting += job.changes().size();
    drain();
  }

  /**
   * Makes a call while no change of a job is on its way: two calls at a time may arrive in any
   * order, so a repair could undo what was asked for after it.
   *
   * @param call is asked for when its turn has come
   * @return completes on the plane's thread
   */
  <T> CompletionStage<T> alone(Supplier<CompletionStage<T>> call) {
    Alone<T> one = new Alone<>(call, new CompletableFuture<>());
    others.add(one);
    drain();
    return one.answer();
  }

  private <T> void makeAlone(Alone<T> one) {
    flying = true;
    CompletionStage<T> stage;
    try {
      stage = one.call().get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete(
        (value, error) ->
            thread.submit(
                () -> {
                  flying = false;
                  if (error == null) {
                    one.answer().complete(value);
                  } else {
                    one.answer().completeExceptionally(error);
                  }
                  drain();
                }));
  }

  /** Answers everything that was not begun. */
  void reject(Outcome outcome) {
    List<Alone<?>> notMade = new ArrayList<>(others);
    others.clear();
    notMade.forEach(
        one ->
            one.answer()
                .completeExceptionally(
                    new AgentException(AgentException.Kind.REFUSED, outcome.reason())));
    List<Cursor> all = new ArrayList<>(jobs);
    jobs.clear();
    waiting = 0;
    for (Cursor cursor : all) {
      for (int i = cursor.next; i < cursor.job.changes().size(); i++) {
        cursor.job.set(i, outcome);
      }
      cursor.next = cursor.job.changes().size();
      if (cursor.open == 0) {
        cursor.job.finish();
      }
    }
  }

  void drain() {
    if (flying) {
      return;
    }
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      return;
    }
    othersTurn = !othersTurn || jobs.isEmpty();
    if (othersTurn && !others.isEmpty()) {
      makeAlone(others.poll());
      return;
    }
    List<byte[]> keys = new ArrayList<>();
    List<Item> batch = gather(now.get().batch(), keys);
    if (batch.isEmpty()) {
      if (!others.isEmpty()) {
        makeAlone(others.poll());
      }
      return;
    }
    ApplyRequest.Builder request =
        ApplyRequest.newBuilder().setExpectedGeneration(now.get().generation());
    batch.forEach(item -> request.addChanges(item.prepared().change()));
    flying = true;
    now.get()
        .agent()
        .apply(request.build())
        .whenComplete(
            (answer, error) -> {
              SaMessages.wipe(keys);
              if (!thread.submit(() -> answered(now.get(), batch, answer, error))) {
                // Closed: nobody waits for the rest.
                batch.forEach(item -> item.cursor().job.finish());
              }
            });
  }

  private List<Item> gather(int most, List<byte[]> keys) {
    List<Item> batch = new ArrayList<>();
    while (batch.size() < most && !jobs.isEmpty()) {
      Cursor cursor = jobs.peek();
      List<PlaneChange> changes = cursor.job.changes();
      if (cursor.next == 0 && !begin(cursor)) {
        jobs.poll();
        waiting -= changes.size();
        continue;
      }
      while (batch.size() < most && cursor.next < changes.size()) {
        int index = cursor.next++;
        waiting--;
        Result<Translation.Prepared> prepared = prepare(changes.get(index), keys);
        if (prepared.done()) {
          cursor.open++;
          batch.add(new Item(cursor, index, prepared.value().orElseThrow()));
        } else {
          cursor.job.set(index, prepared.outcome());
        }
      }
      if (cursor.next == changes.size()) {
        jobs.poll();
        if (cursor.open == 0) {
          cursor.job.finish();
        }
      }
    }
    return batch;
  }

  /** One that cannot be put in words must not stop those of others. */
  private Result<Translation.Prepared> prepare(PlaneChange change, List<byte[]> keys) {
    try {
      return Translation.of(change, keys);
    } catch (RuntimeException e) {
      LOG.error("data plane {}: a bug", plane, e);
      return Result.failed(
          Outcome.refused("the change cannot be written: " + e.getClass().getSimpleName()));
    }
  }

  /** False when it was given up, or is of another life. */
  private boolean begin(Cursor cursor) {
    if (!cursor.job.start()) {
      return false;
    }
    if (!cursor.job.expected().equals(life.generation())) {
      cursor.job.reject(
          Outcome.unavailable(
              "data plane "
                  + plane
                  + " is in life "
                  + life.generation()
                  + ", not "
                  + cursor.job.expected()
                  + " any more"));
      return false;
    }
    return true;
  }

  private void answered(Contact from, List<Item> batch, ResultList answer, Throwable error) {
    flying = false;
    boolean whole = error == null && answer.getResultsCount() == batch.size();
    Outcome instead = whole ? null : failed(error);
    boolean unsure = !whole && instead.kind() == Outcome.Kind.UNKNOWN;
    boolean otherLife = false;
    List<Job> done = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Item item = batch.get(i);
      Outcome outcome =
          whole ? item.prepared().read(Results.outcome(answer.getResults(i))) : instead;
      item.prepared().remember(mirror, outcome);
      item.cursor().job.set(item.index(), outcome);
      otherLife |= outcome.kind() == Outcome.Kind.UNAVAILABLE;
      unsure |= outcome.kind() == Outcome.Kind.UNKNOWN;
      Cursor cursor = item.cursor();
      if (--cursor.open == 0 && cursor.next == cursor.job.changes().size()) {
        done.add(cursor.job);
      }
    }
    changed.run();
    done.forEach(Job::finish);
    if (contact.get().filter(from::equals).isEmpty()) {
      // That contact is over already.
      return;
    }
    if (unsure) {
      lost.accept(
          instead == null ? "the vRouter's agent left it open what it did" : instead.reason());
    } else if (otherLife) {
      lost.accept("the vRouter's agent is in another generation");
    }
    drain();
  }

  private static Outcome failed(Throwable error) {
    if (error == null) {
      return Outcome.unknown("the vRouter's agent answered with another number of results");
    }
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return cause instanceof AgentException agent && agent.kind() == AgentException.Kind.REFUSED
        ? Outcome.refused(agent.getMessage())
        : Outcome.unknown(String.valueOf(cause.getMessage()));
  }
}
