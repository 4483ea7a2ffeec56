package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.DeviceListener;
import io.keyway.plane.infrap4d.device.ExpiryText;
import io.keyway.plane.infrap4d.device.RowOp;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session with one device: contact, comparison with the mirror, generations, and the running of
 * jobs. Everything here happens on one thread, which is the only one that talks to the device.
 */
final class PlaneWorker {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneWorker.class);

  /** Answers that do not fit the mirror lead to a look at the tables this often at most. */
  private static final Duration DOUBT_REST = Duration.ofSeconds(1);

  private final Infrap4dSettings settings;
  private final DeviceConnector connector;
  private final ScheduledExecutorService executor;
  private final Clock clock;
  private final Events events;
  private final Backoff backoff;
  private final JobQueue queue = new JobQueue();
  private final Mirror mirror = new Mirror();
  private final SpiLedger ledger = new SpiLedger();
  private final RowWriter rowWriter;
  private final BatchRunner runner;

  private Device device;
  private Link link;
  private long attempt;
  private Generation generation;
  private long cookie;
  private boolean met;
  private Optional<ScheduledFuture<?>> audit = Optional.empty();
  private boolean doubtScheduled;
  private OptionalLong drift = OptionalLong.empty();
  private Optional<Instant> lastReconcile = Optional.empty();
  private volatile PlaneStatus status;
  private volatile boolean closing;

  PlaneWorker(
      Infrap4dSettings settings,
      DeviceConnector connector,
      ScheduledExecutorService executor,
      Clock clock,
      RandomGenerator random,
      Events events) {
    this.settings = settings;
    this.connector = connector;
    this.executor = executor;
    this.clock = clock;
    this.events = events;
    this.backoff = new Backoff(settings.timing(), random);
    // Grows over restarts of the process as well: keys are remembered as burnt by generation.
    this.generation = new Generation(clock.millis());
    this.rowWriter = new RowWriter(mirror, settings.claims());
    this.runner = new BatchRunner(new TaskFactory(settings, mirror, ledger), mirror, rowWriter);
    this.status = status(Connection.CONNECTING, "contact with infrap4d is being made");
  }

  /** What the connection of one attempt tells; of a former attempt nobody listens any more. */
  private final class Link implements DeviceListener {
    @Override
    public void lost(DeviceException why) {
      submit(() -> onLost(this, why));
    }

    @Override
    public void expired(ExpiryText event) {
      submit(() -> onExpired(event));
    }
  }

  // -- called from any thread

  PlaneStatus status() {
    return status;
  }

  JobQueue queue() {
    return queue;
  }

  /** Runs on the worker; false when the plane is closed. */
  boolean submit(Runnable work) {
    try {
      executor.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException e) {
              LOG.error("data plane {}: a bug", settings.name(), e);
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  // -- on the worker

  Mirror mirror() {
    return mirror;
  }

  SpiLedger ledger() {
    return ledger;
  }

  Generation generation() {
    return generation;
  }

  /** The device, when changes can be applied. */
  Optional<Device> ready() {
    return status.ready() ? Optional.ofNullable(device) : Optional.empty();
  }

  /** Takes over what an earlier life of this bundle left. */
  void restore(byte[] octets) {
    try {
      StateCodec.read(octets, settings.identity(), mirror, ledger)
          .ifPresent(
              header -> {
                generation = header.generation();
                cookie = header.cookie();
                met = true;
                LOG.info(
                    "data plane {}: took over {} rows and {} SAs of generation {}",
                    settings.name(),
                    mirror.rows().size(),
                    mirror.saCount(),
                    generation);
              });
    } catch (IOException e) {
      LOG.warn("data plane {}: the saved state cannot be used: {}", settings.name(), e.toString());
    }
    publish(status.connection(), status.reason());
  }

  /** Empty when there never was contact. */
  Optional<byte[]> save() {
    return met
        ? Optional.of(
            StateCodec.write(
                new StateCodec.Header(settings.identity(), generation, cookie), mirror, ledger))
        : Optional.empty();
  }

  void connect() {
    if (closing || device != null) {
      return;
    }
    Link mine = new Link();
    link = mine;
    try {
      device = connector.connect(attempt++, mine);
      publish(Connection.RECONCILING, "what is on the device is being compared");
      compareAfterContact();
    } catch (DeviceException e) {
      onLost(mine, e);
      return;
    } catch (RuntimeException e) {
      LOG.error("data plane {}: a bug at contact", settings.name(), e);
      onLost(mine, new DeviceException(DeviceException.Kind.REFUSED, "internal error: " + e));
      return;
    }
    backoff.reset();
    publish(Connection.READY, "");
    LOG.info(
        "data plane {}: ready, program {}, generation {}",
        settings.name(),
        device.pipeline().program(),
        generation);
    events.emit(new PlaneEvent.Up(generation));
    scheduleAudit();
  }

  /** Decides whether the device lived on since we last looked. */
  private void compareAfterContact() throws DeviceException {
    Map<RowKey, DeviceRow> rows = device.read(EnumSet.allOf(IpsecTable.class));
    Comparison comparison = Comparison.of(mirror, rows);
    boolean first = !met;
    met = true;
    long before = cookie;
    cookie = device.pipeline().cookie();
    if (!first) {
      if (comparison.lost()) {
        newGeneration(comparison, rows, "after contact was lost " + comparison.describe());
      } else if (cookie != before) {
        newGeneration(comparison, rows, "the pipeline was pushed again (cookie " + cookie + ")");
      } else if (mirror.rows().isEmpty()) {
        newGeneration(
            comparison, rows, "contact was lost and no row of ours can prove that it lived on");
      }
    }
    compared(comparison);
    sweep();
  }

  private void newGeneration(Comparison comparison, Map<RowKey, DeviceRow> rows, String reason) {
    Generation before = generation;
    generation = generation.next();
    comparison.missing().forEach(key -> mirror.set(key, Optional.empty()));
    for (DeviceRow row : comparison.changed()) {
      correct(row);
    }
    mirror.markAllStale();
    ledger.clear();
    LOG.warn(
        "data plane {}: generation {} after {}: {}; {} rows are left of ours, {} on the device",
        settings.name(),
        generation,
        before,
        reason,
        mirror.rows().size(),
        rows.size());
    publish(status.connection(), status.reason());
    events.emit(new PlaneEvent.GenerationChanged(before, generation, reason));
  }

  /** Notes what a row really is; an action that we never write leaves it suspect. */
  private void correct(DeviceRow row) {
    mirror.set(row.key(), row.action());
    if (row.action().isEmpty()) {
      mirror.suspect(row.key());
    }
  }

  private void compared(Comparison comparison) {
    comparison.returned().forEach(this::correct);
    comparison.gone().forEach(key -> mirror.set(key, Optional.empty()));
    mirror.strangers(comparison.strangers());
    drift = OptionalLong.of(comparison.drift());
    lastReconcile = Optional.of(clock.instant());
  }

  /** Removes what should not be there any more and nothing points to. */
  private void sweep() {
    List<Task> tasks = new ArrayList<>();
    for (SaEntry sa : mirror.stale()) {
      if (sa.ref().direction() == Direction.INBOUND
          || RemoveSaTask.users(mirror, sa.ref().index()).isEmpty()) {
        tasks.add(new RemoveSaTask(mirror, sa, settings.quirks()));
      }
    }
    runner.run(device, tasks);
  }

  private void onLost(Link from, DeviceException why) {
    if (from != link || closing) {
      return;
    }
    boolean wasReady = status.ready();
    boolean news = !status.reason().equals(why.getMessage());
    dropDevice();
    publish(
        switch (why.kind()) {
          case NO_PIPELINE -> Connection.NO_PIPELINE;
          case NOT_PRIMARY -> Connection.NOT_PRIMARY;
          case UNREACHABLE, REFUSED -> Connection.DOWN;
        },
        why.getMessage());
    Duration pause = backoff.next();
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why.getMessage());
    }
    LOG.debug("data plane {}: next attempt in {} ms", settings.name(), pause.toMillis());
    if (wasReady || news) {
      events.emit(new PlaneEvent.Down(why.getMessage()));
    }
    later(pause, this::connect);
  }

  private Optional<ScheduledFuture<?>> later(Duration pause, Runnable work) {
    Runnable submitted = () -> submit(work);
    try {
      return Optional.of(executor.schedule(submitted, pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      return Optional.empty();
    }
  }

  private void dropDevice() {
    link = null;
    audit.ifPresent(a -> a.cancel(false));
    if (device != null) {
      device.close();
      device = null;
    }
    queue.takeAll().forEach(j -> j.reject(Outcome.unavailable("contact with infrap4d was lost")));
  }

  private void onExpired(ExpiryText event) {
    if (event.spi() < 256) {
      LOG.warn("data plane {}: an expiry names SPI {}", settings.name(), event.spi());
      return;
    }
    events.emit(
        new PlaneEvent.Expired(
            new io.keyway.api.sa.Spi(event.spi()), event.destination(), !event.soft()));
  }

  private void scheduleAudit() {
    audit =
        later(
            settings.timing().audit(),
            () -> {
              if (device != null) {
                audit();
              }
              if (device != null) {
                scheduleAudit();
              }
            });
  }

  /** At once, but not for every failure of one tunnel. */
  private void auditSoon() {
    boolean rested =
        lastReconcile.isEmpty() || lastReconcile.get().plus(DOUBT_REST).isBefore(clock.instant());
    if (rested) {
      audit();
    } else if (!doubtScheduled) {
      doubtScheduled = true;
      later(
          DOUBT_REST,
          () -> {
            doubtScheduled = false;
            if (device != null) {
              audit();
            }
          });
    }
  }

  /** Looks whether all is as it was written; a row that is not means a device that is not. */
  Outcome audit() {
    try {
      long now = device.probe();
      Map<RowKey, DeviceRow> rows = device.read(EnumSet.allOf(IpsecTable.class));
      Comparison comparison = Comparison.of(mirror, rows);
      compared(comparison);
      boolean pushed = now != cookie;
      cookie = now;
      if (comparison.lost() || pushed) {
        newGeneration(
            comparison,
            rows,
            pushed ? "the pipeline was pushed again (cookie " + now + ")" : comparison.describe());
      }
      sweep();
      publish(status.connection(), status.reason());
      return Outcome.ok();
    } catch (DeviceException e) {
      onLost(link, e);
      return Outcome.unavailable(e.getMessage());
    }
  }

  /** Only looks. */
  Outcome check() {
    try {
      compared(Comparison.of(mirror, device.read(EnumSet.allOf(IpsecTable.class))));
      publish(status.connection(), status.reason());
      return Outcome.ok();
    } catch (DeviceException e) {
      onLost(link, e);
      return Outcome.unavailable(e.getMessage());
    }
  }

  /** Removes the rows that nobody here wrote. */
  Outcome purge() {
    Outcome audited = audit();
    if (!audited.done()) {
      return audited;
    }
    try {
      Comparison comparison = Comparison.of(mirror, device.read(EnumSet.allOf(IpsecTable.class)));
      device.write(comparison.unknown().stream().map(r -> RowOp.delete(r.key())).toList());
      return check().done() && drift.orElse(0) == 0
          ? Outcome.ok()
          : Outcome.unavailable(drift.orElse(0) + " rows could not be removed; see the log");
    } catch (DeviceException e) {
      onLost(link, e);
      return Outcome.unavailable(e.getMessage());
    }
  }

  /** Runs the jobs that can run now, and comes back for the others. */
  void drain() {
    if (queue.isEmpty()) {
      return;
    }
    Optional<Device> target = ready();
    if (target.isEmpty()) {
      queue.takeAll().forEach(j -> j.reject(Outcome.unavailable(status.reason())));
      return;
    }
    List<Job> batch = queue.takeBatch(mirror);
    List<Job> valid = new ArrayList<>();
    for (Job job : batch) {
      if (job.expected().equals(generation)) {
        valid.add(job);
      } else {
        job.reject(
            Outcome.unavailable(
                "the device is in generation "
                    + generation
                    + ", the request is for "
                    + job.expected()));
      }
    }
    try {
      runner.run(target.get(), generation, valid);
    } finally {
      valid.forEach(Job::finish);
    }
    forgetUsedLeases(valid);
    publish(status.connection(), status.reason());
    if (rowWriter.takeDoubt() && device != null) {
      auditSoon();
    } else if (!mirror.stale().isEmpty() && device != null) {
      sweep();
    }
    if (!queue.isEmpty()) {
      submit(this::drain);
    }
  }

  /** The SPI of a pair that is gone is used up. */
  private void forgetUsedLeases(List<Job> jobs) {
    for (Job job : jobs) {
      job.changes().stream()
          .filter(io.keyway.api.plane.PlaneChange.RemoveSa.class::isInstance)
          .map(c -> ((io.keyway.api.plane.PlaneChange.RemoveSa) c).sa().index())
          .filter(i -> i > 0 && i < 1L << io.keyway.plane.infrap4d.device.SaRef.INDEX_BITS)
          .filter(i -> !mirror.indexInUse(i))
          .forEach(ledger::forget);
    }
  }

  private void publish(Connection connection, String reason) {
    status = status(connection, reason);
  }

  private PlaneStatus status(Connection connection, String reason) {
    Device now = device;
    Map<IpsecTable, Long> strangers = new EnumMap<>(IpsecTable.class);
    mirror.strangers().keySet().forEach(k -> strangers.merge(k.table(), 1L, Long::sum));
    List<PlaneStatus.TableUse> tables =
        now == null
            ? List.of()
            : Arrays.stream(IpsecTable.values())
                .map(
                    t ->
                        new PlaneStatus.TableUse(
                            t.shortName(),
                            mirror.count(t) + strangers.getOrDefault(t, 0L),
                            now.pipeline().size(t)))
                .toList();
    return new PlaneStatus(connection, reason, generation, tables, drift, lastReconcile);
  }

  /** Ends the session; the device keeps everything. */
  void close() {
    closing = true;
    dropDevice();
    publish(Connection.DOWN, "data plane " + settings.name() + " is closed");
  }
}
