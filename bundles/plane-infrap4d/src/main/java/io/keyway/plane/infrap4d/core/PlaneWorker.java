package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Spi;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.DeviceListener;
import io.keyway.plane.infrap4d.device.ExpiryText;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final PlaneMemory memory;
  private final PlaneJournal journal;
  private final Mirror mirror;
  private final SpiLedger ledger;
  private final RowWriter rowWriter;
  private final BatchRunner runner;
  private final Reconciler reconciler;

  private Device device;
  private Link link;
  private long attempt;
  private Optional<ScheduledFuture<?>> audit = Optional.empty();
  private boolean doubtScheduled;
  private boolean remembered;
  private volatile PlaneStatus status;
  private volatile boolean closing;

  PlaneWorker(
      Infrap4dSettings settings,
      DeviceConnector connector,
      ScheduledExecutorService executor,
      Clock clock,
      RandomGenerator random,
      PlaneMemory memory,
      Events events) {
    this.settings = settings;
    this.connector = connector;
    this.executor = executor;
    this.clock = clock;
    this.events = events;
    this.backoff = new Backoff(settings.timing(), random);
    this.memory = memory;
    this.journal = new PlaneJournal(memory, settings.name());
    this.mirror = new Mirror(journal);
    this.ledger = new SpiLedger(journal);
    this.rowWriter = new RowWriter(mirror, settings.claims());
    this.runner =
        new BatchRunner(new TaskFactory(settings, mirror, ledger), mirror, rowWriter, journal);
    this.reconciler =
        new Reconciler(settings, mirror, ledger, journal, runner, clock, this::changedLife);
    this.journal.everything(
        () -> {
          reconciler.note();
          mirror.noteAll();
          ledger.noteAll();
        });
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
    return reconciler.generation();
  }

  /** The device, when changes can be applied. */
  Optional<Device> ready() {
    return status.ready() ? Optional.ofNullable(device) : Optional.empty();
  }

  /** Takes over what an earlier life noted; without a memory there must be no contact. */
  private void remember() throws DeviceException {
    if (memory.life() == 0) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE,
          "waiting for service state, which remembers what is on the device");
    }
    if (!remembered) {
      remembered = true;
      reconciler.restore();
    }
  }

  private void changedLife(PlaneEvent event) {
    publish(status.connection(), status.reason());
    events.emit(event);
  }

  void connect() {
    if (closing || device != null) {
      return;
    }
    Link mine = new Link();
    link = mine;
    try {
      remember();
      device = connector.connect(attempt++, mine);
      publish(Connection.RECONCILING, "what is on the device is being compared");
      reconciler.contact(device);
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
        generation());
    events.emit(new PlaneEvent.Up(generation()));
    scheduleAudit();
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
    events.emit(new PlaneEvent.Expired(new Spi(event.spi()), event.destination(), !event.soft()));
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
        reconciler.last().map(l -> l.plus(DOUBT_REST).isBefore(clock.instant())).orElse(true);
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
    return look(
        () -> {
          if (reconciler.audit(device)) {
            // To those who only wait for a plane to come up it just did.
            publish(status.connection(), status.reason());
            events.emit(new PlaneEvent.Up(reconciler.generation()));
          }
        });
  }

  /** Only looks. */
  Outcome check() {
    return look(() -> reconciler.check(device));
  }

  /** Removes the rows that nobody here wrote. */
  Outcome purge() {
    Outcome audited = audit();
    if (!audited.done()) {
      return audited;
    }
    Outcome purged = look(() -> reconciler.purge(device));
    long left = reconciler.drift().orElse(0);
    return purged.done() && left > 0
        ? Outcome.unavailable(left + " rows could not be removed; see the log")
        : purged;
  }

  /** Something that reads the device back; losing it on the way is an answer too. */
  @FunctionalInterface
  private interface Look {
    void run() throws DeviceException;
  }

  private Outcome look(Look what) {
    try {
      what.run();
      publish(status.connection(), status.reason());
      return Outcome.ok();
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
      if (job.expected().equals(generation())) {
        valid.add(job);
      } else {
        job.reject(
            Outcome.unavailable(
                "the device is in generation "
                    + generation()
                    + ", the request is for "
                    + job.expected()));
      }
    }
    try {
      runner.run(target.get(), generation(), valid);
    } finally {
      // First the rows used, then the answers: who was answered must find his rows counted.
      publish(status.connection(), status.reason());
      valid.forEach(Job::finish);
    }
    forgetUsedLeases(valid);
    if (rowWriter.takeDoubt() && device != null) {
      auditSoon();
    } else if (!mirror.stale().isEmpty() && device != null) {
      reconciler.sweep(device);
    }
    if (!queue.isEmpty()) {
      submit(this::drain);
    }
  }

  /** The SPI of a pair that is gone is used up. */
  private void forgetUsedLeases(List<Job> jobs) {
    for (Job job : jobs) {
      job.changes().stream()
          .filter(PlaneChange.RemoveSa.class::isInstance)
          .map(c -> ((PlaneChange.RemoveSa) c).sa().index())
          .filter(i -> i > 0 && i < 1L << SaRef.INDEX_BITS)
          .filter(i -> !mirror.indexInUse(i))
          .forEach(ledger::forget);
    }
  }

  private void publish(Connection connection, String reason) {
    status = status(connection, reason);
  }

  private PlaneStatus status(Connection connection, String reason) {
    return new PlaneStatus(
        connection,
        reason,
        reconciler.generation(),
        device == null ? List.of() : reconciler.tables(device),
        reconciler.drift(),
        reconciler.last());
  }

  /** Ends the session; the device keeps everything. */
  void close() {
    closing = true;
    dropDevice();
    publish(Connection.DOWN, "data plane " + settings.name() + " is closed");
  }
}
