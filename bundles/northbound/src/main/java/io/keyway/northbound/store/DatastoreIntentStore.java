package io.keyway.northbound.store;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.northbound.Pace;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.rules.ConfigMap;
import io.keyway.northbound.rules.PlaneRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of the configuration. Everything that changes it runs on one thread, the executor's;
 * readers take the snapshot.
 */
public final class DatastoreIntentStore implements IntentStore, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DatastoreIntentStore.class);

  /**
   * Changes of one transaction. The datastore serves nobody else while it checks and makes one, so
   * that this many are a few milliseconds for whoever reads meanwhile.
   */
  private static final int CHUNK = 250;

  /** Of a configuration with fewer entries a snapshot is taken with every change. */
  private static final int SMALL = 2000;

  /**
   * Between snapshots of larger ones. They cost what changed, but a change that many entries refer
   * to, or a listener that looks at everything, costs what the configuration is long.
   */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /** How long a submission waits until its own snapshot shows what was confirmed. */
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final ConfigDatastore datastore;
  private final ScheduledExecutorService executor;
  private final CompletableFuture<IntentSnapshot> first = new CompletableFuture<>();
  private final Registration listening;

  // Confined to the executor.
  private final Snapshots snapshots = new Snapshots();
  private final Map<Object, Consumer<IntentSnapshot>> listeners = new LinkedHashMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Pace pace = new Pace(Duration.ZERO, LONGEST_PAUSE);
  private boolean snapshotDue;

  private volatile IntentSnapshot current = IntentSnapshot.EMPTY;

  private record Waiting(List<IntentChange> changes, CompletableFuture<Void> reflected) {}

  private final PlaneRules planeRules;

  /**
   * @param executor one thread; stays the caller's
   * @param planeRules what data planes that are there cannot carry
   */
  public DatastoreIntentStore(
      ConfigDatastore datastore, ScheduledExecutorService executor, PlaneRules planeRules) {
    this.datastore = datastore;
    this.planeRules = planeRules;
    this.executor = executor;
    this.listening = datastore.listen(update -> executor.execute(() -> changed(update)));
  }

  /** Completes with the first snapshot; before that, nothing is known. */
  public CompletionStage<IntentSnapshot> ready() {
    return first;
  }

  @Override
  public IntentSnapshot snapshot() {
    return current;
  }

  @Override
  public Registration subscribe(Consumer<IntentSnapshot> listener) {
    Object key = new Object();
    executor.execute(
        () -> {
          listeners.put(key, listener);
          if (first.isDone()) {
            tell(listener, current);
          }
        });
    return () -> {
      try {
        executor.execute(() -> listeners.remove(key));
      } catch (RejectedExecutionException e) {
        LOG.debug("The store is closed, nobody is told any more");
      }
    };
  }

  @Override
  public CompletionStage<List<Outcome>> submit(
      List<IntentChange> changes, boolean allOrNothing, Duration timeout) {
    CompletableFuture<List<Outcome>> result = new CompletableFuture<>();
    List<IntentChange> copy = List.copyOf(changes);
    executor.execute(
        () -> {
          try {
            submitNow(copy, allOrNothing, timeout)
                .whenComplete(
                    (outcomes, e) -> {
                      if (e == null) {
                        result.complete(outcomes);
                      } else {
                        result.completeExceptionally(e);
                      }
                    });
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private CompletableFuture<List<Outcome>> submitNow(
      List<IntentChange> changes, boolean allOrNothing, Duration timeout) {
    if (!first.isDone()) {
      Outcome notYet =
          Outcome.unavailable("the configuration has not been read yet; try again in a moment");
      return CompletableFuture.completedFuture(changes.stream().map(c -> notYet).toList());
    }
    ConfigMap before = snapshots.entries();
    List<Outcome> outcomes =
        new ArrayList<>(Submission.check(before, changes, allOrNothing, planeRules));
    List<Integer> good = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) == null) {
        good.add(i);
      }
    }
    int chunk = allOrNothing ? Math.max(1, good.size()) : CHUNK;
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (int start = 0; start < good.size(); start += chunk) {
      List<Integer> part = good.subList(start, Math.min(start + chunk, good.size()));
      // One after the other: a later chunk may refer to an earlier one.
      all = all.thenCompose(nothing -> write(part, changes, outcomes, timeout));
    }
    return all.thenComposeAsync(nothing -> reflected(changes, outcomes), executor)
        .thenApply(nothing -> List.copyOf(outcomes));
  }

  private CompletionStage<Void> write(
      List<Integer> part, List<IntentChange> changes, List<Outcome> outcomes, Duration timeout) {
    List<IntentChange> batch = part.stream().map(changes::get).toList();
    return datastore
        .write(batch)
        .toCompletableFuture()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .handle((nothing, failure) -> outcome(failure, timeout))
        .thenAcceptAsync(outcome -> part.forEach(index -> outcomes.set(index, outcome)), executor);
  }

  /** Until the snapshot shows what was written, so that a caller finds its own changes there. */
  private CompletableFuture<Void> reflected(List<IntentChange> changes, List<Outcome> outcomes) {
    List<IntentChange> made = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i).kind() == Outcome.Kind.OK) {
        made.add(changes.get(i));
      }
    }
    CompletableFuture<Void> reflected = new CompletableFuture<>();
    await(made, reflected);
    return reflected.completeOnTimeout(null, SETTLE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Outcome outcome(Throwable failure, Duration timeout) {
    if (failure == null) {
      return Outcome.ok();
    }
    Throwable cause = failure;
    while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof java.util.concurrent.TimeoutException
        ? Outcome.unknown(
            "the datastore did not answer within "
                + timeout.toSeconds()
                + " s; read the entry to see whether it was written")
        : Outcome.conflict("not written: " + cause.getMessage());
  }

  private void await(List<IntentChange> batch, CompletableFuture<Void> reflected) {
    if (reflects(current, batch)) {
      reflected.complete(null);
    } else {
      waiting.add(new Waiting(batch, reflected));
    }
  }

  private void changed(ConfigDatastore.Update update) {
    snapshots.apply(update);
    if (snapshotDue) {
      return;
    }
    Duration pause = snapshots.size() < SMALL ? Duration.ZERO : pace.pause();
    if (pause.toMillis() == 0) {
      takeSnapshot();
    } else {
      snapshotDue = true;
      executor.schedule(this::takeSnapshot, pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void takeSnapshot() {
    snapshotDue = false;
    long begun = System.nanoTime();
    current = snapshots.take();
    LOG.debug(
        "Configuration version {}, {} problems", current.version(), current.problems().size());
    waiting.removeIf(
        w -> {
          if (w.reflected().isDone() || reflects(current, w.changes())) {
            w.reflected().complete(null);
            return true;
          }
          return false;
        });
    first.complete(current);
    listeners.values().forEach(listener -> tell(listener, current));
    pace.took(begun);
  }

  private static void tell(Consumer<IntentSnapshot> listener, IntentSnapshot snapshot) {
    try {
      listener.accept(snapshot);
    } catch (RuntimeException e) {
      LOG.error("A listener failed on configuration version {}", snapshot.version(), e);
    }
  }

  private static boolean reflects(IntentSnapshot snapshot, List<IntentChange> changes) {
    Map<EntryRef, Optional<IntentObject>> last = new LinkedHashMap<>();
    for (IntentChange change : changes) {
      last.put(
          Submission.ref(change),
          change instanceof IntentChange.Put put ? Optional.of(put.value()) : Optional.empty());
    }
    return last.entrySet().stream().allMatch(e -> find(snapshot, e.getKey()).equals(e.getValue()));
  }

  private static Optional<IntentObject> find(IntentSnapshot snapshot, EntryRef entry) {
    EntryKind kind = entry.kind();
    Map<String, ? extends IntentObject> map =
        switch (kind) {
          case IKE_POLICY -> snapshot.ikePolicies();
          case CHILD_POLICY -> snapshot.childPolicies();
          case GATEWAY -> snapshot.gateways();
          case POOL -> snapshot.pools();
          case TUNNEL -> snapshot.tunnels();
          case POLICY -> snapshot.policies();
          case DATA_PLANE -> snapshot.dataPlanes();
        };
    return Optional.ofNullable(map.get(entry.name()));
  }

  @Override
  public void close() {
    listening.close();
  }
}
