package io.keyway.sad.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.Timer;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.store.StateStore;
import io.keyway.sad.SadCore;
import io.keyway.sad.SadEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@link SadService} in the container. */
@Component(service = SadService.class, immediate = true)
public final class SadComponent implements SadService {

  private final SadCore core;
  private final ExecutorService executor;
  private final ExecutorService journal;
  private final ScheduledThreadPoolExecutor timers;
  private final Set<DataPlane> waiting = new LinkedHashSet<>();
  private boolean remembers;
  private boolean stopped;

  /**
   * Starts the database.
   *
   * @throws IOException when the burnt-key journal cannot be used; the component then stays down,
   *     and no key is installed
   */
  @Activate
  public SadComponent(BundleContext context) throws IOException {
    executor = Executors.newCachedThreadPool(threads("keyway-sad"));
    journal = Executors.newSingleThreadExecutor(threads("keyway-sad-journal"));
    timers = new ScheduledThreadPoolExecutor(1, threads("keyway-sad-timer"));
    timers.setRemoveOnCancelPolicy(true);
    Timer timer =
        (delay, task) -> {
          Future<?> future =
              timers.schedule(() -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
          return () -> future.cancel(false);
        };
    SadEnvironment environment =
        new SadEnvironment(
            System::nanoTime,
            Clock.systemUTC(),
            executor,
            journal,
            timer,
            SadEnvironment.Settings.DEFAULT);
    try {
      core = SadCore.open(environment, directory(context).resolve("burnt-keys.journal"), process());
    } catch (IOException | RuntimeException e) {
      shutdown();
      throw e;
    }
  }

  /** Below Karaf's data directory, so that it outlives an uninstalled and re-installed bundle. */
  private static Path directory(BundleContext context) {
    String data = context.getProperty("karaf.data");
    return data == null ? context.getDataFile("keyway").toPath() : Path.of(data, "keyway", "sad");
  }

  private static String process() {
    ProcessHandle self = ProcessHandle.current();
    String start = self.info().startInstant().map(Object::toString).orElse("unknown");
    return self.pid() + "@" + start;
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

  /** A plane waits for the first store: before, what is on it would look like nobody's. */
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

  /** Also called after the end, when the core has let go of its planes already. */
  synchronized void unbindPlane(DataPlane plane) {
    waiting.remove(plane);
    if (!stopped) {
      core.unbind(plane);
    }
  }

  @Deactivate
  synchronized void stop() {
    stopped = true;
    core.close(Optional.empty());
    shutdown();
  }

  private void shutdown() {
    timers.shutdownNow();
    journal.shutdown();
    executor.shutdown();
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    return core.reserve(plane, timeout);
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    return core.release(lease);
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    return core.add(sa, keys, timeout);
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    return core.move(sa, endpoints, timeout);
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    return core.usage(sas, timeout);
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    return core.remove(sa, timeout);
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    return core.flush(owner, instance, timeout);
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return core.adopt(owner, newInstance);
  }

  @Override
  public List<Entry> entries() {
    return core.entries();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    return core.subscribe(listener);
  }
}
