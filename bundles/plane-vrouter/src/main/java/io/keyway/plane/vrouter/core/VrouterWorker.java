package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sa.Generation;
import io.keyway.plane.support.Backoff;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.Job;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.AgentConnector;
import io.keyway.plane.vrouter.ike.AgentIke;
import io.keyway.plane.vrouter.message.Results;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.CompletePoliciesRequest;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;

/** Puts together all that works on one plane's thread, and is the door to it. */
final class VrouterWorker {

  private final VrouterSettings settings;
  private final PlaneThread thread;
  private final Life life;
  private final StatusBoard board;
  private final Session session;
  private final Writer writer;
  private final SpiDesk spis;
  private final Counters counters;
  private final Audits audits;
  private final AgentIke ike;
  private final Mirror mirror;

  VrouterWorker(
      VrouterSettings settings,
      AgentConnector connector,
      ScheduledExecutorService executor,
      PlaneMemory memory,
      Clock clock,
      RandomGenerator random,
      String instance,
      Events events) {
    this.settings = settings;
    String plane = settings.name();
    this.thread = new PlaneThread(plane, executor);
    this.life = new Life(plane, memory, clock);
    this.mirror = new Mirror();
    Reconciler reconciler = new Reconciler(plane, thread, mirror, events, clock);
    AgentEvents agentEvents = new AgentEvents(plane, mirror, events);
    this.board =
        new StatusBoard(plane, life, mirror, reconciler, agentEvents, connector::warnings, clock);
    this.session =
        new Session(
            settings,
            connector,
            thread,
            instance,
            life,
            mirror,
            reconciler,
            agentEvents,
            events,
            board,
            new Backoff(
                settings.timing().backoffFirst(), settings.timing().backoffMax(), random, clock),
            new Ours(),
            this::newLife);
    this.writer =
        new Writer(plane, thread, session::ready, life, mirror, session::lost, board::refresh);
    this.spis = new SpiDesk(plane, thread, session::ready, this::notReady, life);
    this.counters = new Counters(plane, memory, thread, session::ready, mirror);
    mirror.whenGone(counters::forget);
    this.audits =
        new Audits(
            plane,
            settings.timing().audit(),
            thread,
            mirror,
            reconciler,
            session::ready,
            this::notReady,
            board,
            life,
            writer);
    this.ike = new AgentIke(settings, thread);
    mirror.whenUsed(spis::used);
    board.leases(() -> spis.leased() + mirror.inbound());
    board.writing(writer::flying);
  }

  /** What begins and ends with the lead. */
  private final class Ours implements Session.Work {
    @Override
    public void begin(Contact contact) {
      ike.begin(contact.agent());
      audits.begin();
      writer.drain();
    }

    @Override
    public boolean busy() {
      return writer.flying();
    }

    @Override
    public void end(Outcome why) {
      ike.end();
      audits.end();
      writer.reject(why);
      spis.reject(why);
    }
  }

  private void newLife() {
    spis.clear();
    counters.newLife();
  }

  // -- from any thread

  PlaneStatus status() {
    return board.status();
  }

  PlaneCapabilities capabilities() {
    return session.capabilities();
  }

  AgentIke ike() {
    return ike;
  }

  Outcome notReady() {
    return Outcome.unavailable(
        "data plane " + settings.name() + " is not ready: " + board.status().reason());
  }

  /** Runs on the plane's thread; false when it is closed. */
  boolean submit(Runnable work) {
    return thread.submit(work);
  }

  Writer writer() {
    return writer;
  }

  // -- on the plane's thread

  SpiDesk spis() {
    return spis;
  }

  Counters counters() {
    return counters;
  }

  Audits audits() {
    return audits;
  }

  void connect() {
    session.connect();
  }

  /** A job that came too late for the last contact is answered by the next, or now. */
  void write(Job job) {
    if (session.ready().isEmpty()) {
      job.reject(notReady());
    } else {
      writer.add(job);
    }
  }

  void policiesComplete(Generation expected, CompletableFuture<Outcome> answer) {
    Optional<Contact> now = session.ready();
    if (now.isEmpty() || !expected.equals(life.generation())) {
      answer.complete(notReady());
      return;
    }
    // Of places that went while there was no contact nobody told.
    counters.retain(mirror.policies().keySet());
    if (board.complete()) {
      answer.complete(Outcome.same());
      return;
    }
    now.get()
        .agent()
        .completePolicies(
            CompletePoliciesRequest.newBuilder()
                .setExpectedGeneration(now.get().generation())
                .build())
        .whenComplete(
            (result, error) ->
                thread.submit(
                    () -> {
                      Outcome outcome =
                          error == null
                              ? Results.outcome(result)
                              : Outcome.unavailable(SpiDesk.words(error));
                      if (outcome.done() && expected.equals(life.generation())) {
                        board.complete(true);
                        board.refresh();
                      }
                      answer.complete(outcome);
                    }));
  }

  void close() {
    session.close();
  }
}
