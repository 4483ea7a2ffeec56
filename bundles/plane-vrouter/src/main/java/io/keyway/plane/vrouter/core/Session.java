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
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.AttachRequest;
import io.keyway.protocol.vrouter.v1.AttachResponse;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.FlushRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contact with one agent: made, led, stood by, lost and made again. Every step is a call that comes
 * back to the plane's thread; of an attempt that was given up nobody listens any more.
 *
 * <p>Who attaches leads. At its start a controller attaches; when another one does so later, it
 * stands by until the agent has a life in which nobody is attached, so that two never take the
 * router from each other in turns.
 */
final class Session {

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How soon a missing state store is looked for again. */
  private static final Duration STORE = Duration.ofSeconds(1);

  /** A contact that ends sooner is no reason to come back at once. */
  private static final Duration STEADY = Duration.ofSeconds(2);

  private static final Duration SOON = Duration.ofMillis(20);

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
  private Agent agent;
  private Contact contact;
  private boolean greeted;
  private boolean restored;
  private boolean displaced;
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
        event -> thread.submit(() -> onEvent(mine, event)),
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
      }
      return;
    }
    String leader = event.getAttached().getControllerInstance();
    if (!greeted) {
      greeted = true;
      if (displaced && !leader.isEmpty() && !leader.equals(instance)) {
        standBy(leader);
      } else {
        lead(from);
      }
    } else if (!leader.equals(instance)) {
      standBy(leader);
    }
  }

  /** Somebody else leads: contact stays, and nothing is changed. */
  private void standBy(String leader) {
    displaced = true;
    String why =
        "another controller ("
            + leader
            + ") leads this router; it attached last. To lead again, stop it, and restart this"
            + " controller or the agent";
    boolean news = !board.status().reason().equals(why);
    contact = null;
    board.publish(Connection.NOT_PRIMARY, why);
    work.end(Outcome.unavailable("data plane " + settings.name() + " stands by: " + why));
    if (news) {
      LOG.warn("data plane {}: {}", settings.name(), why);
      events.emit(new PlaneEvent.Down(why));
    }
  }

  // ---- leading, step by step -----------------------------------------------------------------

  private void lead(Object mine) {
    board.publish(Connection.RECONCILING, "what is on the router is being looked at");
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
      onLost(mine, "the vRouter's agent gave generation 0, which none has; update it");
      return;
    }
    Generation before = life.generation();
    String why =
        life.begin(response.getGeneration(), response.getPreviousControllerInstance(), instance);
    displaced = false;
    Contact made = new Contact(agent, response.getGeneration(), response.getCapabilities());
    capabilities = CapabilityReader.read(response.getCapabilities());
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
              .thenCompose(policies -> made.agent().flushSas(all))
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

  private void snapshot(Object mine, Contact made, Generation before, String why) {
    then(
        mine,
        made.agent().snapshot(true),
        contents -> {
          if (contents.generation() != made.generation()) {
            onLost(mine, "the vRouter's agent restarted while it was looked at");
            return;
          }
          if (!mirror.known()) {
            reconciler.adopt(contents);
          }
          reconciler.settle(contents);
          Comparison found = reconciler.compare(contents);
          then(
              mine,
              reconciler.repair(made, found, false),
              repaired -> {
                if (!repaired.done()) {
                  LOG.warn("data plane {}: {}", settings.name(), repaired.reason());
                }
                lead(mine, made, before, why, found, contents);
              });
        });
  }

  private void lead(
      Object mine,
      Contact made,
      Generation before,
      String why,
      Comparison found,
      Contents contents) {
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
    if (mine == link && contact == made) {
      work.begin(made);
      thread.later(settings.timing().probe(), () -> probe(mine, made));
    }
  }

  /** A router that vanished ends no stream. */
  private void probe(Object mine, Contact made) {
    if (mine != link || contact != made) {
      return;
    }
    then(
        mine,
        made.agent().capabilities(),
        said -> {
          if (said.getGeneration() != made.generation()) {
            onLost(mine, "the vRouter's agent is in another generation");
          } else {
            thread.later(settings.timing().probe(), () -> probe(mine, made));
          }
        });
  }

  /**
   * Looks at everything while all goes on; what is found stale may be new, so nothing is mended.
   */
  private void look(Object mine) {
    Optional<Contact> now = ready();
    if (now.isPresent()) {
      then(mine, now.get().agent().snapshot(true), reconciler::tellExpired);
    }
  }

  // ---- losing --------------------------------------------------------------------------------

  private <T> void then(Object mine, CompletionStage<T> stage, Consumer<? super T> next) {
    stage.whenComplete(
        (value, error) ->
            thread.submit(
                () -> {
                  if (mine != link) {
                    return;
                  }
                  if (error != null) {
                    onLost(mine, SpiDesk.words(error));
                  } else {
                    next.accept(value);
                  }
                }));
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
    link = null;
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
