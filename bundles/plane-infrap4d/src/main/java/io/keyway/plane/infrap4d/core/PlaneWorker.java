package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.PlaneThread;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/** Puts together all that works on one plane's thread, and is the door to it. */
final class PlaneWorker {

  private final PlaneThread thread;
  private final JobQueue queue = new JobQueue();
  private final Events events;
  private final Parts parts;
  private final StatusBoard board;
  private final Session session;
  private final Audits audits;
  private final Jobs jobs;

  PlaneWorker(
      Infrap4dSettings settings,
      DeviceConnector connector,
      ScheduledExecutorService executor,
      Clock clock,
      RandomGenerator random,
      PlaneMemory memory,
      Events events) {
    this.events = events;
    this.thread = new PlaneThread(settings.name(), executor);
    this.parts = new Parts(settings, memory, clock, this::changedLife);
    Warnings warnings = new Warnings(settings.name(), connector, clock);
    this.board = new StatusBoard(parts, warnings);
    this.session =
        new Session(
            parts,
            connector,
            thread,
            memory,
            new Attempts(settings.timing(), clock, random),
            events,
            warnings,
            board,
            new Ours());
    LateSets lateSets = new LateSets(parts, thread, session::ready);
    this.audits = new Audits(parts, session, board, thread, clock, events, warnings, lateSets);
    this.jobs = new Jobs(parts, queue, session, audits, board, thread, lateSets);
  }

  /** What begins and ends with the lead. */
  private final class Ours implements Session.Work {
    @Override
    public void begin() {
      audits.begin();
    }

    @Override
    public void end(String why) {
      audits.end();
      jobs.reject(why);
    }

    @Override
    public void standBy(String why) {
      audits.standBy();
      jobs.reject(why);
    }
  }

  private void changedLife(PlaneEvent event) {
    board.refresh();
    events.emit(event);
  }

  // -- called from any thread

  PlaneStatus status() {
    return board.status();
  }

  JobQueue queue() {
    return queue;
  }

  /** Runs on the worker; false when the plane is closed. */
  boolean submit(Runnable work) {
    return thread.submit(work);
  }

  // -- on the worker

  Mirror mirror() {
    return parts.mirror;
  }

  SpiLedger ledger() {
    return parts.ledger;
  }

  Meter meter() {
    return parts.meter;
  }

  Generation generation() {
    return parts.reconciler.generation();
  }

  /** The device, when changes can be applied. */
  Optional<Device> ready() {
    return session.ready();
  }

  void connect() {
    session.connect();
  }

  void drain() {
    jobs.drain();
  }

  Outcome audit() {
    return audits.audit();
  }

  Outcome check() {
    return audits.check();
  }

  Outcome purge() {
    return audits.purge();
  }

  void close() {
    session.close();
  }
}
