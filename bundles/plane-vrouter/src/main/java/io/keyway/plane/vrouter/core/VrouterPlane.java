package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.Job;
import io.keyway.plane.support.PlaneManager;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.vrouter.agent.AgentConnector;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One vRouter: takes requests on any thread, hands them to its own, and answers in time. */
public final class VrouterPlane implements PlaneManager.Managed {

  /** Value of {@link #type()}. */
  public static final String TYPE = "vrouter";

  /** Owner of what planes of this type note in the state store. */
  public static final String MEMORY = "plane-vrouter";

  private static final Logger LOG = LoggerFactory.getLogger(VrouterPlane.class);
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final VrouterSettings settings;
  private final ScheduledExecutorService executor;
  private final ScheduledExecutorService timer;
  private final Events events = new Events();
  private final VrouterWorker worker;

  /**
   * @param executor one thread, this plane's own; {@link #close} shuts it down
   * @param timer answers for requests whose time is over; shared
   * @param instance names this life of the controller to agents, 1 to 64 letters and digits; every
   *     life has another
   */
  public VrouterPlane(
      VrouterSettings settings,
      AgentConnector connector,
      ScheduledExecutorService executor,
      ScheduledExecutorService timer,
      PlaneMemory memory,
      Clock clock,
      RandomGenerator random,
      String instance) {
    this.settings = settings;
    this.executor = executor;
    this.timer = timer;
    this.worker =
        new VrouterWorker(settings, connector, executor, memory, clock, random, instance, events);
  }

  @Override
  public void start() {
    worker.submit(worker::connect);
  }

  /** IKE of gateways whose addresses live on the router. */
  public io.keyway.plane.vrouter.ike.AgentIke ike() {
    return worker.ike();
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public PlaneCapabilities capabilities() {
    return worker.capabilities();
  }

  @Override
  public RowNeeds rowNeeds() {
    return VrouterModel.NEEDS;
  }

  @Override
  public PlaneStatus status() {
    return worker.status();
  }

  @Override
  public Result<String> place(Direction direction, SelectorPair selectors) {
    return VrouterModel.placeOf(direction, selectors);
  }

  @Override
  public CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout) {
    CompletableFuture<Result<SpiLease>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Result.failed(late()), () -> worker.spis().allocate(answer));
  }

  @Override
  public CompletionStage<Outcome> releaseSpi(SpiLease lease) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    return ask(answer, settings.timing().rpc(), late(), () -> worker.spis().release(lease, answer));
  }

  @Override
  public CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout) {
    Job job = new Job(expected, changes);
    PlaneStatus now = worker.status();
    if (changes.isEmpty()) {
      job.finish();
    } else if (!now.ready()) {
      job.reject(worker.notReady());
    } else if (!worker.writer().room(changes.size())) {
      job.reject(
          Outcome.unavailable(
              "data plane "
                  + settings.name()
                  + " has "
                  + Writer.MOST_CHANGES
                  + " changes waiting; come back later"));
    } else {
      limit(job.answer(), timeout, () -> job.expire(settings.name()));
      if (!worker.submit(() -> worker.write(job))) {
        job.reject(closed());
      }
    }
    return job.answer();
  }

  @Override
  public CompletionStage<Outcome> policiesComplete(Generation expected, Duration timeout) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    return ask(answer, timeout, late(), () -> worker.policiesComplete(expected, answer));
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    List<SelectorPair> pairs = List.copyOf(outbound);
    CompletableFuture<Map<SelectorPair, Usage>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Map.of(), () -> worker.counters().sent(pairs, answer));
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> heldUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    List<SelectorPair> pairs = List.copyOf(outbound);
    CompletableFuture<Map<SelectorPair, Usage>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Map.of(), () -> worker.counters().held(pairs, answer));
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> receivedUsage(
      Collection<SelectorPair> inbound, Duration timeout) {
    List<SelectorPair> pairs = List.copyOf(inbound);
    CompletableFuture<Map<SelectorPair, Usage>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Map.of(), () -> worker.counters().received(pairs, answer));
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> sas, Duration timeout) {
    List<SaId> ids = List.copyOf(sas);
    CompletableFuture<Map<SaId, Usage>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Map.of(), () -> worker.counters().saUsage(ids, answer));
  }

  @Override
  public CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout) {
    CompletableFuture<Result<PlaneSnapshot>> answer = new CompletableFuture<>();
    return ask(answer, timeout, Result.failed(late()), () -> worker.audits().snapshot(answer));
  }

  @Override
  public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    return ask(answer, timeout, late(), () -> worker.audits().reconcile(mode, answer));
  }

  /** The agent knows owners, but not their lives; the databases do. */
  @Override
  public CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.same());
  }

  @Override
  public Registration subscribe(Consumer<PlaneEvent> listener) {
    return events.subscribe(listener);
  }

  private Outcome late() {
    return Outcome.unavailable("data plane " + settings.name() + " did not answer in time");
  }

  private Outcome closed() {
    return Outcome.unavailable("data plane " + settings.name() + " is closed");
  }

  /** Asks the plane's thread; {@code instead} is the answer when time is over. */
  private <T> CompletionStage<T> ask(
      CompletableFuture<T> answer, Duration timeout, T instead, Runnable question) {
    limit(answer, timeout, () -> answer.complete(instead));
    boolean taken =
        worker.submit(
            () -> {
              // Nobody waits any more: an SPI, for one, would be lost.
              if (!answer.isDone()) {
                question.run();
              }
            });
    if (!taken) {
      answer.complete(instead);
    }
    return answer;
  }

  private void limit(CompletableFuture<?> answer, Duration timeout, Runnable over) {
    try {
      ScheduledFuture<?> limit = timer.schedule(over, timeout.toMillis(), TimeUnit.MILLISECONDS);
      answer.whenComplete((value, error) -> limit.cancel(false));
    } catch (RejectedExecutionException e) {
      over.run();
    }
  }

  /** Leaves the router as it is. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    boolean taken =
        worker.submit(
            () -> {
              worker.close();
              done.complete(null);
            });
    executor.shutdown();
    try {
      if (taken) {
        done.get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("data plane {}: its thread hangs; it is left behind", settings.name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      executor.shutdownNow();
    }
  }
}
