package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Generation;
import io.keyway.plane.support.Backoff;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.AgentConnector;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.plane.vrouter.agent.Contents;
import io.keyway.plane.vrouter.message.CapabilityReader;
import io.keyway.plane.vrouter.message.Results;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.AttachRequest;
import io.keyway.protocol.vrouter.v1.AttachResponse;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.FlushRequest;
import io.keyway.protocol.vrouter.v1.FlushResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contact with one agent: made, led, stood by, lost and made again. Every step is a call that comes
 * back to the plane's thread; of an attempt that was given up nobody listens any more.
 *
 * <p>Who attaches leads. At its start a controller attaches; when another one does so later, it
 * stands by until the agent has a life in which nobody is attached, so that two never take the
 * router from each other in turns. One that is to take over leaves the lead to who has it from the
 * start, until the agent has said for a while that the other is gone.
 */
final class Session {

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How soon a missing state store is looked for again. */
  private static final Duration STORE = Duration.ofSeconds(1);

  /** A contact that ends sooner is no reason to come back at once. */
  private static final Duration STEADY = Duration.ofSeconds(2);

  private static final Duration SOON = Duration.ofMillis(20);

  /** Between two looks at everything. */
  private static final Duration LOOK_PAUSE = Duration.ofSeconds(1);

  /** Who works with the agent while we lead. */
  interface Work {

    /** From now on changes can be applied. */
    void begin(Contact contact);

    /** A call of an earlier contact has not come back yet. */
    boolean busy();

    /** Nothing more may be sent; what waits is answered. */
    void end(Outcome why);
  }

  private final VrouterSettings settings;
  private final AgentConnector connector;
  private final PlaneThread thread;
  private final String instance;
  private final Life life;
  private final Mirror mirror;
  private final Reconciler reconciler;
  private final AgentEvents agentEvents;
  private final Events events;
  private final StatusBoard board;
  private final Backoff backoff;
  private final Work work;
  private final Runnable newLife;

  private Object link;
  private Object attempt;
  private Agent agent;
  private Contact contact;
  private boolean greeted;
  private boolean ours;
  private Runnable whenOurs = () -> {};
  private boolean restored;
  private boolean displaced;

  /**
   * We led in this life of ours: who leads later has displaced us, whether we were there or not.
   */
  private boolean led;

  /** Whether everything is being looked at, because events were lost, and shall be once more. */
  private boolean looking;

  private boolean lookAgain;

  /** While we stand by, what we know of the leader; another one whenever that changes. */
  private Object standby;

  private volatile PlaneCapabilities capabilities = CapabilityReader.USUAL;
  private volatile boolean closing;

  Session(
      VrouterSettings settings,
      AgentConnector connector,
      PlaneThread thread,
      String instance,
      Life life,
      Mirror mirror,
      Reconciler reconciler,
      AgentEvents agentEvents,
      Events events,
      StatusBoard board,
      Backoff backoff,
      Work work,
      Runnable newLife) {
    this.settings = settings;
    this.connector = connector;
    this.thread = thread;
    this.instance = instance;
    this.life = life;
    this.mirror = mirror;
    this.reconciler = reconciler;
    this.agentEvents = agentEvents;
    this.events = events;
    this.board = board;
    this.backoff = backoff;
    this.work = work;
    this.newLife = newLife;
  }

  /** As the agent said, or what agents usually can until it did. Any thread. */
  PlaneCapabilities capabilities() {
    return capabilities;
  }

  /** The agent, when changes can be applied. */
  Optional<Contact> ready() {
    return board.status().ready() ? Optional.ofNullable(contact) : Optional.empty();
  }

  void connect() {
    if (closing || agent != null) {
      return;
    }
    if (work.busy()) {
      // What became of the last call must be known before the router is looked at.
      thread.later(SOON, this::connect);
      return;
    }
    Object mine = new Object();
    link = mine;
    greeted = false;
    ours = false;
    if (!life.canRemember()) {
      onLost(mine, "waiting for service state, which remembers the life of the router's contents");
      return;
    }
    if (!restored) {
      restored = true;
      life.restore();
    }
    try {
      agent = connector.open();
    } catch (AgentException e) {
      onLost(mine, e.getMessage());
      return;
    }
    agent.events(
        instance,
        (event, taken) ->
            thread.submit(
                () -> {
                  guarded(mine, () -> onEvent(mine, event));
                  taken.run();
                }),
        why -> thread.submit(() -> onLost(mine, why.getMessage())));
    thread.later(
        settings.timing().rpc(),
        () -> {
          if (link == mine && !greeted) {
            onLost(
                mine,
                "the vRouter's agent at "
                    + settings.endpoint()
                    + " did not say who leads within "
                    + settings.timing().rpc().toMillis()
                    + " ms; check that it runs and is no other program");
          }
        });
  }

  private void onEvent(Object from, Event event) {
    if (from != link) {
      return;
    }
    if (event.getLost() > 0) {
      LOG.warn(
          "data plane {}: {} events of the agent were lost; looking at everything",
          settings.name(),
          event.getLost());
      look(from);
    }
    if (!event.hasAttached()) {
      if (ready().isPresent()) {
        agentEvents.tell(event);
        if (event.hasLinkChanged()) {
          board.refresh();
        }
      }
      return;
    }
    String leader = event.getAttached().getControllerInstance();
    boolean oursBefore = ours;
    ours = leader.equals(instance);
    if (!greeted) {
      greeted = true;
      Agent asked = agent;
      thread.later(settings.timing().probe(), () -> probe(from, asked));
      boolean yields = displaced || led || isStandby() && !life.ledBy(leader);
      if (yields && !leader.isEmpty() && !ours) {
        standBy(leader, event.getAttached().getGone());
      } else {
        lead();
      }
    } else if (ours) {
      Runnable next = whenOurs;
      whenOurs = () -> {};
      next.run();
    } else if (oursBefore || attempt == null) {
      standBy(leader, event.getAttached().getGone());
    }
    // Else it attached before the call of ours that is on its way, and is displaced by it.
  }

  private boolean isStandby() {
    return !settings.takeover().isZero();
  }

  /**
   * Somebody else leads: contact stays, and nothing is changed.
   *
   * @param gone the agent says that the other one does not listen to it any more
   */
  private void standBy(String leader, boolean gone) {
    displaced = true;
    String why = standingBy(leader, gone);
    Object mine = new Object();
    standby = mine;
    if (gone && isStandby()) {
      thread.later(settings.takeover(), () -> takeOver(mine, leader));
    }
    boolean news = !board.status().reason().equals(why);
    contact = null;
    attempt = null;
    board.publish(Connection.NOT_PRIMARY, why);
    work.end(Outcome.unavailable("data plane " + settings.name() + " stands by: " + why));
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why);
      events.emit(new PlaneEvent.Down(why));
    }
  }

  private String standingBy(String leader, boolean gone) {
    String who = "another controller (" + leader + ") leads this router";
    String seconds = settings.takeover().toSeconds() + " s";
    if (isStandby()) {
      return gone
          ? who + ", and is gone; this one takes over " + seconds + " after it went"
          : who + "; this one stands by, and takes over when that one has been gone for " + seconds;
    }
    return who
        + (gone ? "; it attached last, and is gone." : "; it attached last.")
        + " To lead again, stop it, and restart this controller or the agent";
  }

  private void takeOver(Object mine, String leader) {
    if (mine == standby && !closing) {
      LOG.warn(
          "data plane {}: controller {} has been gone for {} s; taking the lead",
          settings.name(),
          leader,
          settings.takeover().toSeconds());
      lead();
    }
  }

  // ---- leading, step by step -----------------------------------------------------------------

  private void lead() {
    standby = null;
    board.publish(Connection.RECONCILING, "what is on the router is being looked at");
    Object mine = new Object();
    attempt = mine;
    whenOurs = () -> {};
    then(
        mine,
        agent.attach(
            AttachRequest.newBuilder()
                .setControllerInstance(instance)
                .setControllerName("keyway, data plane " + settings.name())
                .build()),
        response -> attached(mine, response));
  }

  private void attached(Object mine, AttachResponse response) {
    if (response.getGeneration() == 0) {
      lost("the vRouter's agent gave generation 0, which none has; update it");
      return;
    }
    // The answer does not say whether somebody else attached since; the order of events does.
    if (ours) {
      taken(mine, response);
      return;
    }
    whenOurs = () -> taken(mine, response);
    thread.later(
        settings.timing().rpc(),
        () -> {
          if (mine == attempt && !ours) {
            lost(
                "the vRouter's agent at "
                    + settings.endpoint()
                    + " took our lead, and told nobody; update it");
          }
        });
  }

  private void taken(Object mine, AttachResponse response) {
    Generation before = life.generation();
    String why =
        life.begin(response.getGeneration(), response.getPreviousControllerInstance(), instance);
    displaced = false;
    led = true;
    Contact made = new Contact(agent, response.getGeneration(), response.getCapabilities());
    capabilities = CapabilityReader.read(response.getCapabilities());
    agentEvents.links(response.getCapabilities().getPortsList());
    if (!why.isEmpty()) {
      mirror.clear();
      newLife.run();
    }
    then(mine, life.note(), noted -> cleaned(mine, made, before, why));
  }

  /** What another controller left is removed as a restart would: nothing of it can be trusted. */
  private void cleaned(Object mine, Contact made, Generation before, String why) {
    CompletionStage<?> clean = CompletableFuture.completedFuture(null);
    if (life.unclean()) {
      LOG.warn(
          "data plane {}: SAs and policies of another controller are removed", settings.name());
      FlushRequest all = FlushRequest.newBuilder().setExpectedGeneration(made.generation()).build();
      clean =
          made.agent()
              .flushPolicies(all)
              .thenCompose(
                  policies -> flushed(policies).thenCompose(n -> made.agent().flushSas(all)))
              .thenCompose(Session::flushed)
              .thenAccept(sas -> thread.submit(life::clean));
    }
    then(
        mine,
        clean,
        done ->
            then(
                mine,
                life.unclean() ? life.note() : CompletableFuture.completedFuture(null),
                noted -> snapshot(mine, made, before, why)));
  }

  /** Fails when the router was not emptied: what stayed would count as ours. */
  private static CompletionStage<Integer> flushed(FlushResponse response) {
    Outcome outcome = Results.outcome(response.getResult());
    return outcome.done()
        ? CompletableFuture.completedFuture(response.getRemoved())
        : CompletableFuture.failedFuture(
            new AgentException(
                AgentException.Kind.REFUSED,
                "what another controller left on the router cannot be removed: "
                    + outcome.reason()));
  }

  private void snapshot(Object mine, Contact made, Generation before, String why) {
    then(
        mine,
        made.agent().snapshot(true),
        contents -> {
          if (contents.generation() != made.generation()) {
            lost("the vRouter's agent restarted while it was looked at");
            return;
          }
          if (!mirror.known()) {
            reconciler.adopt(contents);
          }
          reconciler.settle(contents);
          Comparison found = reconciler.compare(contents);
          then(
              mine,
              reconciler.repair(made, found, false, Supplier::get),
              repaired -> {
                if (!repaired.done()) {
                  LOG.warn("data plane {}: {}", settings.name(), repaired.reason());
                }
                begin(made, before, why, found, contents);
              });
        });
  }

  private void begin(
      Contact made, Generation before, String why, Comparison found, Contents contents) {
    contact = made;
    thread.later(
        STEADY,
        () -> {
          if (contact == made) {
            backoff.reset();
          }
        });
    board.complete(contents.policiesComplete());
    board.limits(made.capabilities().getSasMax(), made.capabilities().getPoliciesMax());
    board.publish(Connection.READY, "");
    LOG.info(
        "data plane {}: ready, life {}{}",
        settings.name(),
        life.generation(),
        why.isEmpty() ? "" : " (" + why + ")");
    if (!why.isEmpty() && !before.equals(Generation.NONE)) {
      events.emit(new PlaneEvent.GenerationChanged(before, life.generation(), why));
    }
    events.emit(new PlaneEvent.Up(life.generation()));
    reconciler.tellMissing(found);
    reconciler.tellExpired(contents);
    if (contact == made) {
      Object mine = link;
      work.begin(made);
    }
  }

  /**
   * A router that vanished ends no stream. Also while we stand by: who hears nothing any more would
   * never learn that the leader is gone.
   */
  private void probe(Object mine, Agent asked) {
    if (mine != link) {
      return;
    }
    then(
        mine,
        asked.capabilities(),
        said -> {
          if (contact != null && said.getGeneration() != contact.generation()) {
            onLost(mine, "the vRouter's agent is in another generation");
            return;
          }
          if (agentEvents.links(said.getCapabilities().getPortsList())) {
            board.refresh();
          }
          thread.later(settings.timing().probe(), () -> probe(mine, asked));
        });
  }

  /**
   * Looks at everything while all goes on; what is found stale may be new, so nothing is mended.
   * When events are lost, more of them may be soon: one look at a time, and one more after it.
   */
  private void look(Object mine) {
    Optional<Contact> now = ready();
    if (now.isEmpty()) {
      return;
    }
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    lookAgain = false;
    now.get()
        .agent()
        .snapshot(true)
        .whenComplete((contents, error) -> thread.submit(() -> looked(mine, contents, error)));
  }

  /** One that did not work is no loss of contact, as the agent takes a few at a time only. */
  private void looked(Object mine, Contents contents, Throwable error) {
    looking = false;
    if (mine != link || ready().isEmpty()) {
      return;
    }
    if (error != null) {
      LOG.warn("data plane {}: {}", settings.name(), SpiDesk.words(error));
    } else {
      reconciler.tellExpired(contents);
    }
    if (lookAgain || error != null) {
      thread.later(LOOK_PAUSE, () -> look(link));
    }
  }

  // ---- losing --------------------------------------------------------------------------------

  private <T> void then(Object mine, CompletionStage<T> stage, Consumer<? super T> next) {
    stage.whenComplete(
        (value, error) ->
            thread.submit(
                () -> {
                  if (mine != link && mine != attempt) {
                    return;
                  }
                  if (error != null) {
                    lost(SpiDesk.words(error));
                  } else {
                    guarded(link, () -> next.accept(value));
                  }
                }));
  }

  /**
   * Whatever an agent says that we cannot handle: contact begins anew, instead of standing still.
   */
  private void guarded(Object mine, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("data plane {}: a bug", settings.name(), e);
      onLost(
          mine,
          "what the vRouter's agent said cannot be handled ("
              + e.getClass().getSimpleName()
              + "); see the log, and update Keyway or the agent");
    }
  }

  /** Whoever talks to the agent finds that it does not answer as it should. */
  void lost(String why) {
    if (link != null) {
      onLost(link, why);
    }
  }

  private void onLost(Object from, String why) {
    if (from != link || closing) {
      return;
    }
    boolean ready = board.status().ready();
    boolean news = !board.status().reason().equals(why);
    if (ready) {
      backoff.ready();
    }
    drop(Outcome.unavailable("contact with the vRouter's agent was lost: " + why));
    board.publish(Connection.DOWN, why);
    Duration pause = life.canRemember() ? backoff.next() : STORE;
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why);
    }
    if (ready || news) {
      events.emit(new PlaneEvent.Down(why));
    }
    thread.later(pause, this::connect);
  }

  private void drop(Outcome why) {
    standby = null;
    link = null;
    attempt = null;
    contact = null;
    if (agent != null) {
      agent.close();
      agent = null;
    }
    // Not ready from here on, also for those who are answered now.
    board.publish(Connection.CONNECTING, why.reason());
    work.end(why);
  }

  /** Ends the session; the router keeps everything. */
  void close() {
    closing = true;
    String why = "data plane " + settings.name() + " is closed";
    drop(Outcome.unavailable(why));
    board.publish(Connection.DOWN, why);
  }
}
