package io.keyway.spd.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.Timer;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import io.keyway.spd.SpdCore;
import io.keyway.spd.SpdEnvironment;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@link SpdService} in the container. */
@Component(service = SpdService.class, immediate = true)
public final class SpdComponent implements SpdService {

  private final SpdCore core;
  private final ExecutorService executor;
  private final ScheduledThreadPoolExecutor timers;
  private final Set<DataPlane> waiting = new LinkedHashSet<>();
  private boolean remembers;

  /** Starts the database. */
  @Activate
  public SpdComponent() {
    executor = Executors.newCachedThreadPool(threads("keyway-spd"));
    timers = new ScheduledThreadPoolExecutor(1, threads("keyway-spd-timer"));
    timers.setRemoveOnCancelPolicy(true);
    Timer timer =
        (delay, task) -> {
          Future<?> future =
              timers.schedule(() -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
          return () -> future.cancel(false);
        };
    core = new SpdCore(new SpdEnvironment(executor, timer, SpdEnvironment.Settings.DEFAULT));
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Named so that it is bound before the planes: what was left is known before they speak. */
  @Reference(
      name = "a.store",
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindStore(StateStore service) {
    core.restore(service);
    remembers = true;
    waiting.forEach(core::bind);
    waiting.clear();
  }

  void unbindStore(StateStore service) {
    core.forget(service);
  }

  /** A plane waits for the first store: else holds would be written over what protects. */
  @Reference(
      name = "b.plane",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindPlane(DataPlane plane) {
    if (remembers) {
      core.bind(plane);
    } else {
      waiting.add(plane);
    }
  }

  synchronized void unbindPlane(DataPlane plane) {
    waiting.remove(plane);
    core.unbind(plane);
  }

  @Deactivate
  void stop() {
    core.close(Optional.empty());
    timers.shutdownNow();
    executor.shutdown();
  }

  @Override
  public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    return core.put(policy, timeout);
  }

  @Override
  public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return core.select(child, timeout);
  }

  @Override
  public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    return core.remove(child, timeout);
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return core.usage(child, timeout);
  }

  @Override
  public CompletionStage<Usage> received(ChildId child, Duration timeout) {
    return core.received(child, timeout);
  }

  @Override
  public CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return core.held(child, timeout);
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    return core.flush(owner, instance, timeout);
  }

  @Override
  public List<Entry> entries() {
    return core.entries();
  }
}
