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
import java.time.Instant;
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

  /** A contact that ends sooner is no reason to come back at once. */
  private static final Duration STEADY = Duration.ofSeconds(2);

  /** After a loss the device may be back, and in clear, any moment; so long nobody waits long. */
  private static final Duration EAGER = Duration.ofMinutes(3);

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
  private final Holds holds;
  private final Meter meter;
  private final Warnings warnings;
  private final Repeats looks = new Repeats(this::later);

  private Device device;
  private Link link;
  private long attempt;
  private boolean doubtScheduled;
  private boolean remembered;
  private Optional<Instant> contact = Optional.empty();
  private Optional<Instant> wasReady = Optional.empty();
  private Optional<String> ledByAnother = Optional.empty();
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
    this.holds = new Holds(settings.name(), mirror, rowWriter, clock);
    this.meter = new Meter(mirror);
    this.warnings = new Warnings(settings.name(), connector, clock);
    this.status = status(Connection.CONNECTING, "contact with infrap4d is being made");
  }

  /** What the connection of one attempt tells; of a former attempt nobody listens any more. */
  private final class Link implements DeviceListener {
    @Override
    public void lost(DeviceException why) {
      submit(() -> onLost(this, why));
    }

    @Override
    public void standby(String why) {
      submit(() -> onStandby(this, why));
    }

    @Override
    public void leading() {
      submit(() -> onLeading(this));
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

  Meter meter() {
    return meter;
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
    warnings.look();
    try {
      remember();
      device = connector.connect(attempt++, mine);
      contact = Optional.of(clock.instant());
    } catch (DeviceException e) {
      onLost(mine, e);
      return;
    } catch (RuntimeException e) {
      bug(mine, e);
      return;
    }
    if (device.leads()) {
      lead(mine);
    } else {
      standBy(device.standby());
    }
  }

  private void bug(Link mine, RuntimeException e) {
    LOG.error("data plane {}: a bug at contact", settings.name(), e);
    onLost(mine, new DeviceException(DeviceException.Kind.REFUSED, "internal error: " + e));
  }

  /** Holds first, for nothing on the device may be as we left it; then everything else. */
  private void lead(Link mine) {
    try {
      publish(Connection.RECONCILING, "what is on the device is being compared");
      device.lead();
      Optional<String> lost = holds.restore(device);
      publish(status.connection(), status.reason());
      device.watchExpiries();
      reconciler.contact(device, lost.or(() -> ledByAnother));
    } catch (DeviceException e) {
      onLost(mine, e);
      return;
    } catch (RuntimeException e) {
      bug(mine, e);
      return;
    }
    if (!device.leads()) {
      standBy(device.standby());
      return;
    }
    ledByAnother = Optional.empty();
    wasReady = Optional.of(clock.instant());
    holds.seenGood();
    // By now the device's certificate is known too.
    warnings.lookNow();
    publish(Connection.READY, "");
    LOG.info(
        "data plane {}: ready, program {}, generation {}",
        settings.name(),
        device.pipeline().program(),
        generation());
    events.emit(new PlaneEvent.Up(generation()));
    scheduleLooks();
  }

  /** Keeps contact, and changes nothing. */
  private void standBy(String why) {
    boolean news = status.ready() || !status.reason().equals(why);
    looks.end();
    // Whoever leads may have changed anything, and SAs cannot be read back.
    ledByAnother = Optional.of(why);
    publish(Connection.NOT_PRIMARY, why);
    rejectQueued(why);
    looks.every(
        Warnings.PERIOD,
        () -> {
          warnings.look();
          publish(status.connection(), status.reason());
        });
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why);
      events.emit(new PlaneEvent.Down(why));
    }
  }

  private void onStandby(Link from, String why) {
    if (from != link || device == null) {
      return;
    }
    // Also when we lead again by now: somebody else did meanwhile.
    standBy(why);
    if (device.leads()) {
      lead(from);
    }
  }

  private void onLeading(Link from) {
    if (from == link && device != null && device.leads() && !status.ready()) {
      LOG.info("data plane {}: this controller leads now", settings.name());
      lead(from);
    }
  }

  private void onLost(Link from, DeviceException why) {
    if (from != link || closing) {
      return;
    }
    boolean ready = status.ready();
    boolean news = !status.reason().equals(why.getMessage());
    if (ready) {
      wasReady = Optional.of(clock.instant());
      holds.contactLost();
    }
    if (contact.map(c -> c.plus(STEADY).isBefore(clock.instant())).orElse(false)) {
      backoff.reset();
    }
    contact = Optional.empty();
    dropDevice("contact with infrap4d was lost");
    publish(
        switch (why.kind()) {
          case NO_PIPELINE -> Connection.NO_PIPELINE;
          case NOT_PRIMARY -> Connection.NOT_PRIMARY;
          case UNREACHABLE, REFUSED -> Connection.DOWN;
        },
        why.getMessage());
    Duration pause = pause(why.kind());
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why.getMessage());
    }
    LOG.debug("data plane {}: next attempt in {} ms", settings.name(), pause.toMillis());
    if (ready || news) {
      events.emit(new PlaneEvent.Down(why.getMessage()));
    }
    later(pause, this::connect);
  }

  /** A device that answers and waits for its program is asked often: it is one small question. */
  private Duration pause(DeviceException.Kind kind) {
    if (kind == DeviceException.Kind.NO_PIPELINE) {
      return backoff.spread(settings.timing().probe().toMillis() / 4);
    }
    boolean eager = wasReady.map(t -> t.plus(EAGER).isAfter(clock.instant())).orElse(false);
    return eager ? backoff.nextSoon() : backoff.next();
  }

  private Optional<ScheduledFuture<?>> later(Duration pause, Runnable work) {
    Runnable submitted = () -> submit(work);
    try {
      return Optional.of(executor.schedule(submitted, pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      return Optional.empty();
    }
  }

  private void dropDevice(String why) {
    link = null;
    looks.end();
    if (device != null) {
      device.close();
      device = null;
    }
    rejectQueued(why);
  }

  private void rejectQueued(String why) {
    queue.takeAll().forEach(j -> j.reject(Outcome.unavailable(why)));
  }

  private void onExpired(ExpiryText event) {
    if (!status.ready()) {
      return;
    }
    if (event.spi() < 256) {
      LOG.warn("data plane {}: an expiry names SPI {}", settings.name(), event.spi());
      return;
    }
    events.emit(new PlaneEvent.Expired(new Spi(event.spi()), event.destination(), !event.soft()));
  }

  private void scheduleLooks() {
    looks.end();
    looks.every(settings.timing().audit(), this::audit);
    looks.every(settings.timing().probe(), this::glance);
  }

  /** Between audits: a program that was set again leaves all traffic in clear until we look. */
  private void glance() {
    warnings.look();
    boolean[] good = {false};
    if (look(() -> good[0] = reconciler.glance(device)).done()) {
      if (good[0]) {
        holds.seenGood();
      } else {
        audit();
      }
    }
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
            if (status.ready()) {
              audit();
            }
          });
    }
  }

  /** Looks whether all is as it was written; a row that is not means a device that is not. */
  Outcome audit() {
    return look(
        () -> {
          if (reconciler.audit(device, holds.restore(device))) {
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
      runner.run(target.get(), generation(), valid, this::ended);
    } finally {
      // Those that a bug left without an answer.
      valid.forEach(Job::finish);
    }
    if (rowWriter.takeDoubt() && device != null) {
      auditSoon();
    } else if (!mirror.stale().isEmpty() && device != null) {
      reconciler.sweep(device);
    }
    if (!queue.isEmpty()) {
      submit(this::drain);
    }
  }

  /** First the rows used, then the answers: who was answered must find his rows counted. */
  private void ended(List<Job> jobs) {
    if (jobs.stream().anyMatch(Job::held)) {
      holds.confirmed();
    }
    forgetUsedLeases(jobs);
    publish(status.connection(), status.reason());
    jobs.forEach(Job::finish);
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
        reconciler.last(),
        Optional.of(ledger.use()),
        holds.exposure(),
        warnings.now());
  }

  /** Ends the session; the device keeps everything. */
  void close() {
    closing = true;
    dropDevice("data plane " + settings.name() + " is closed");
    connector.close();
    publish(Connection.DOWN, "data plane " + settings.name() + " is closed");
  }
}
