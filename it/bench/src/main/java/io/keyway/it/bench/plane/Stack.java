package io.keyway.it.bench.plane;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.StoredMemory;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.sad.SadCore;
import io.keyway.sad.SadEnvironment;
import io.keyway.spd.SpdCore;
import io.keyway.spd.SpdEnvironment;
import io.keyway.state.DurableStateStore;
import io.keyway.state.Quota;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What lies below the engine, as the distribution has it: both databases with their journals on the
 * disk, and the plane.
 */
final class Stack implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int REMOVALS = 5;

  private final ExecutorService executor = Executors.newCachedThreadPool(Stack::daemon);
  private final ExecutorService journal = Executors.newSingleThreadExecutor(Stack::daemon);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Stack::daemon);
  private final DurableStateStore state;
  private final Infrap4dPlane plane;
  private final SadCore sad;
  private final SpdCore spd;
  private final Map<Integer, SpiLease> leases = new ConcurrentHashMap<>();

  Stack(Target target, Path directory) throws IOException {
    state =
        DurableStateStore.open(
            directory.resolve("state.journal"),
            directory.resolve("state.key"),
            Quota.DEFAULT,
            Stack::daemon);
    sad =
        SadCore.open(
            new SadEnvironment(
                System::nanoTime,
                Clock.systemUTC(),
                executor,
                journal,
                this::later,
                SadEnvironment.Settings.DEFAULT),
            directory.resolve("burnt-keys.journal"),
            "bench");
    spd = new SpdCore(new SpdEnvironment(executor, this::later, SpdEnvironment.Settings.DEFAULT));
    plane = plane(target);
    sad.restore(state);
    spd.restore(state);
    sad.bind(plane);
    spd.bind(plane);
    plane.start();
    await();
  }

  private Infrap4dPlane plane(Target target) {
    try {
      String address = "127.0.0.1:" + target.port();
      Infrap4dSettings settings =
          Infrap4dSettings.parse(
              Tunnels.PLANE,
              Map.of(
                  "p4runtime-address",
                  address,
                  "tls/ca-file",
                  target.certificates.ca().toString(),
                  "tls/certificate-file",
                  target.certificates.clientCertificate().toString(),
                  "tls/private-key-file",
                  target.certificates.clientKey().toString()));
      StoredMemory memory = new StoredMemory("plane-infrap4d");
      memory.bind(state);
      return new Infrap4dPlane(
          settings,
          new GrpcConnector(settings, Instant.now()),
          Executors.newSingleThreadScheduledExecutor(
              work -> {
                Thread thread = daemon(work);
                thread.setName("bench-plane");
                return thread;
              }),
          timer,
          memory,
          Clock.systemUTC(),
          new SecureRandom());
    } catch (SettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "bench-stack");
    thread.setDaemon(true);
    return thread;
  }

  private Registration later(Duration delay, Runnable task) {
    try {
      Future<?> future =
          timer.schedule(() -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  private void await() throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!plane.status().ready()) {
      if (System.nanoTime() > end) {
        throw new IOException("the plane is not ready: " + plane.status().reason());
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted");
      }
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(2 * LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("no outcome: " + e);
    }
  }

  /** Waits for all, and gives up when one was not done. */
  private static void all(List<? extends CompletionStage<Outcome>> stages) throws IOException {
    for (CompletionStage<Outcome> stage : stages) {
      Outcome outcome = get(stage);
      if (!outcome.done()) {
        throw new IOException(outcome.toString());
      }
    }
  }

  /** One hold policy for each tunnel: two rows. */
  void hold(int count) throws IOException {
    List<CompletionStage<Outcome>> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stages.add(spd.put(Tunnels.hold(i), LIMIT));
    }
    all(stages);
  }

  /** Takes every hold away. */
  void release(int count) throws IOException {
    List<CompletionStage<Outcome>> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stages.add(spd.remove(Tunnels.holder(i), LIMIT));
    }
    all(stages);
  }

  /** Every tunnel from SPI to traffic, all at the same time, each step after its answer. */
  void establish(int round, int count) throws IOException {
    List<CompletionStage<Outcome>> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stages.add(establishOne(round, i));
    }
    all(stages);
  }

  private CompletionStage<Outcome> establishOne(int round, int number) {
    return sad.reserve(Tunnels.PLANE, LIMIT)
        .thenCompose(
            reserved -> {
              if (!reserved.done()) {
                return CompletableFuture.completedFuture(reserved.outcome());
              }
              SpiLease lease = reserved.value().orElseThrow();
              leases.put(number, lease);
              return add(round, number, lease, Direction.INBOUND)
                  .thenCompose(o -> next(o, () -> add(round, number, lease, Direction.OUTBOUND)))
                  .thenCompose(
                      o -> next(o, () -> spd.put(Tunnels.protect(round, number, lease), LIMIT)))
                  .thenCompose(o -> next(o, () -> spd.select(Tunnels.child(round, number), LIMIT)));
            });
  }

  private CompletionStage<Outcome> add(int round, int number, SpiLease lease, Direction direction) {
    return sad.add(Tunnels.sa(round, number, lease, direction), Tunnels.keys(), LIMIT);
  }

  private static CompletionStage<Outcome> next(
      Outcome before, java.util.function.Supplier<CompletionStage<Outcome>> step) {
    return before.done() ? step.get() : CompletableFuture.completedFuture(before);
  }

  /** Takes every tunnel down; its traffic is held again. */
  void end(int round, int count) throws IOException {
    List<CompletionStage<Outcome>> stages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stages.add(spd.remove(Tunnels.child(round, i), LIMIT));
    }
    all(stages);
    removeSas(count);
  }

  /** Not measured; a machine that is busy elsewhere may need a second try. */
  private void removeSas(int count) throws IOException {
    List<SaId> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SpiLease lease = leases.remove(i);
      left.add(Tunnels.id(i, lease, Direction.OUTBOUND));
      left.add(Tunnels.id(i, lease, Direction.INBOUND));
    }
    Outcome last = Outcome.ok();
    for (int attempt = 0; attempt < REMOVALS && !left.isEmpty(); attempt++) {
      List<CompletionStage<Outcome>> stages = new ArrayList<>();
      left.forEach(sa -> stages.add(sad.remove(sa, LIMIT)));
      List<SaId> again = new ArrayList<>();
      for (int i = 0; i < stages.size(); i++) {
        Outcome outcome = get(stages.get(i));
        if (!outcome.gone()) {
          last = outcome;
          again.add(left.get(i));
        }
      }
      left = again;
    }
    if (!left.isEmpty()) {
      throw new IOException(left.size() + " SAs could not be removed: " + last);
    }
  }

  @Override
  public void close() {
    plane.close();
    sad.close(Optional.empty());
    spd.close(Optional.empty());
    state.close();
    timer.shutdownNow();
    journal.shutdownNow();
    executor.shutdownNow();
  }
}
