package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.Job;
import io.keyway.plane.support.PlaneManager;
import io.keyway.plane.support.PlaneMemory;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One E2100: takes requests on any thread, hands them to its worker, and answers in time. */
public final class Infrap4dPlane implements PlaneManager.Managed {

  /** Value of {@link #type()}. */
  public static final String TYPE = "infrap4d";

  /** Owner of what planes of this type note in the state store. */
  public static final String MEMORY = "plane-infrap4d";

  private static final Logger LOG = LoggerFactory.getLogger(Infrap4dPlane.class);
  private static final Duration CLOSING = Duration.ofSeconds(20);

  private final Infrap4dSettings settings;
  private final ScheduledExecutorService executor;
  private final ScheduledExecutorService timer;
  private final Events events = new Events();
  private final PlaneWorker worker;
  private final Queries queries;
  private final AtomicInteger waitForSpi = new AtomicInteger();
  private final PlaneCapabilities capabilities;

  /**
   * @param executor one thread, this plane's own; {@link #close} shuts it down
   * @param timer answers for requests whose time is over; shared
   */
  public Infrap4dPlane(
      Infrap4dSettings settings,
      DeviceConnector connector,
      ScheduledExecutorService executor,
      ScheduledExecutorService timer,
      PlaneMemory memory,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.executor = executor;
    this.timer = timer;
    this.worker = new PlaneWorker(settings, connector, executor, clock, random, memory, events);
    this.queries = new Queries(settings, worker);
    this.capabilities = capabilities(settings.maxReplayWindow(), settings.ikeElsewhere());
  }

  /** Remembers, then makes contact; returns at once. */
  @Override
  public void start() {
    worker.submit(worker::connect);
  }

  static PlaneCapabilities capabilities(int maxReplayWindow, boolean ikeElsewhere) {
    return new PlaneCapabilities(
        TaskFactory.ALGORITHMS,
        Set.of(IntegrityAlgorithm.NONE),
        SelectorShape.DESTINATION_HOST_AND_PROTOCOL,
        Set.of(IpsecMode.TUNNEL, IpsecMode.TRANSPORT),
        true,
        maxReplayWindow,
        false,
        false,
        false,
        true,
        true,
        false,
        false,
        false,
        true,
        false,
        false,
        true,
        false,
        false,
        ikeElsewhere);
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
    return capabilities;
  }

  @Override
  public RowNeeds rowNeeds() {
    return PlaceRows.needs(settings.quirks());
  }

  @Override
  public PlaneStatus status() {
    return worker.status();
  }

  /** Inbound policies take no rows, so only the same selectors collide there. */
  @Override
  public Result<String> place(Direction direction, SelectorPair selectors) {
    return placeOf(direction, selectors);
  }

  static Result<String> placeOf(Direction direction, SelectorPair selectors) {
    Result<Selectors> place = Selectors.of(selectors);
    if (!place.done()) {
      return Result.failed(place.outcome());
    }
    return Result.ok(
        direction == Direction.OUTBOUND
            ? "to " + place.value().orElseThrow()
            : "inbound " + selectors);
  }

  @Override
  public CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout) {
    waitForSpi.incrementAndGet();
    CompletionStage<Result<SpiLease>> answer =
        ask(
            timeout,
            () -> queries.allocate(waitForSpi.get()),
            Result::failed,
            late -> late.value().ifPresent(queries::release));
    answer.whenComplete((lease, error) -> waitForSpi.decrementAndGet());
    return answer;
  }

  @Override
  public CompletionStage<Outcome> releaseSpi(SpiLease lease) {
    return ask(settings.timing().rpc(), () -> queries.release(lease), o -> o);
  }

  @Override
  public CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout) {
    Job job = new Job(expected, changes);
    PlaneStatus now = worker.status();
    if (changes.isEmpty()) {
      job.finish();
    } else if (!now.ready()) {
      job.reject(
          Outcome.unavailable("data plane " + settings.name() + " is not ready: " + now.reason()));
    } else if (!worker.queue().offer(job)) {
      job.reject(
          Outcome.unavailable(
              "data plane "
                  + settings.name()
                  + " has "
                  + JobQueue.MOST_CHANGES
                  + " changes waiting; come back later"));
    } else {
      limit(job.answer(), timeout, () -> job.expire(settings.name()));
      if (!worker.submit(worker::drain)) {
        rejectQueued();
      }
    }
    return job.answer();
  }

  private void rejectQueued() {
    worker
        .queue()
        .takeAll()
        .forEach(
            j -> j.reject(Outcome.unavailable("data plane " + settings.name() + " is closed")));
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    List<SelectorPair> pairs = List.copyOf(outbound);
    long ticket = queries.ticket();
    return ask(timeout, () -> queries.policyUsage(pairs, ticket), o -> Map.of());
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> heldUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    List<SelectorPair> pairs = List.copyOf(outbound);
    long ticket = queries.ticket();
    return ask(timeout, () -> queries.heldUsage(pairs, ticket), o -> Map.of());
  }

  /** The device counts by policy only. */
  @Override
  public CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> sas, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout) {
    return ask(timeout, queries::snapshot, Result::failed);
  }

  @Override
  public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
    return ask(timeout, () -> queries.reconcile(mode), o -> o);
  }

  /** The device knows no owners; the databases do. */
  @Override
  public CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.same());
  }

  @Override
  public Registration subscribe(Consumer<PlaneEvent> listener) {
    return events.subscribe(listener);
  }

  private <T> CompletionStage<T> ask(
      Duration timeout, Supplier<T> question, Function<Outcome, T> instead) {
    return ask(timeout, question, instead, late -> {});
  }

  /**
   * Asks the worker; {@code instead} makes an answer of why there is none, {@code late} gets an
   * answer that came after the time was over.
   */
  private <T> CompletionStage<T> ask(
      Duration timeout, Supplier<T> question, Function<Outcome, T> instead, Consumer<T> late) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    limit(
        answer,
        timeout,
        () ->
            answer.complete(
                instead.apply(
                    Outcome.unavailable(
                        "data plane " + settings.name() + " did not answer in time"))));
    boolean taken =
        worker.submit(
            () -> {
              // Nobody waits any more: an SPI, for one, would be lost.
              if (answer.isDone()) {
                return;
              }
              try {
                T result = question.get();
                if (!answer.complete(result)) {
                  late.accept(result);
                }
              } catch (RuntimeException e) {
                answer.complete(instead.apply(Outcome.unavailable("internal error: " + e)));
                throw e;
              }
            });
    if (!taken) {
      answer.complete(
          instead.apply(Outcome.unavailable("data plane " + settings.name() + " is closed")));
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

  /** Leaves the device as it is; what must be remembered was noted all along. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    boolean taken =
        worker.submit(
            () -> {
              worker.close();
              closed.complete(null);
            });
    // Refuses new work; what waits for later (an audit, an attempt) would keep the thread.
    executor.shutdown();
    rejectQueued();
    try {
      if (taken) {
        closed.get(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("data plane {}: the worker hangs; it is left behind", settings.name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      executor.shutdownNow();
    }
  }
}
