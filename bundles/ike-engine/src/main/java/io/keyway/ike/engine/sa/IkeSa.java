package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.Home;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.Payload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One IKE SA (RFC 7296 section 1.2): who it is with, where it stands, what hangs from it. Only
 * {@link #state()}, {@link #status()} and {@link #execute} may be used from other threads than its
 * worker's.
 */
public final class IkeSa {
  private static final Logger LOG = LoggerFactory.getLogger(IkeSa.class);

  private static final int MANY_CHILDREN = 64;
  private static final Duration PUBLISH_DELAY = Duration.ofMillis(200);

  /** Where an IKE SA stands. */
  public enum State {
    /** Not authenticated yet. */
    CONNECTING,
    ESTABLISHED,
    /** Established; we asked for a successor. */
    REKEYING,
    /** Made by the peer's rekey while ours was under way; not in use unless the peer's wins. */
    SUCCEEDING,
    /** A successor took over; waits for its deletion. */
    REKEYED,
    /** We told the peer that it ends. */
    DELETING,
    /** Ended; repeats its last answer for a while. */
    DEAD;

    /** Whether it can carry new children. */
    public boolean isEstablished() {
      return this == ESTABLISHED || this == REKEYING;
    }
  }

  private final EngineContext ctx;
  private final String uid;
  private final long stripe;
  private final Worker worker;
  private final boolean initiator;
  private final long spiI;
  private long spiR;
  private Path path;
  private Connection connection;
  private Candidates candidates;
  private volatile State state = State.CONNECTING;
  private volatile IkeSaStatus status;
  private boolean changed = true;
  private boolean publishing;
  private int running;
  private boolean started;
  private Runnable noLongerHalfOpen = () -> {};
  private SaCrypto crypto;
  private Handshake handshake = new Handshake();
  private Optional<Identity> localId = Optional.empty();
  private Optional<Identity> remoteId = Optional.empty();
  private NatDetection.Finding nat = NatDetection.Finding.NONE;
  private Optional<Instant> established = Optional.empty();
  private Optional<Instant> authenticated = Optional.empty();
  private boolean reauthOurs;
  private volatile boolean replaced;
  private PeerRekey<IkeSa> peerRekey;
  private IkeSa successor;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private String hint = "";

  private final Requests requests = new Requests(this);
  private final Replies replies = new Replies(this);
  private final Children children = new Children(this);
  private final SaTimers timers = new SaTimers(this);
  private final Inbox inbox = new Inbox(this);

  /**
   * A new IKE SA, registered under our SPI.
   *
   * @param stripe chooses the worker; a successor inherits it
   */
  IkeSa(
      EngineContext ctx,
      String uid,
      long stripe,
      boolean initiator,
      long spiI,
      long spiR,
      Path path,
      Connection connection) {
    this.ctx = ctx;
    this.uid = uid;
    this.stripe = stripe;
    this.worker = ctx.workers().forStripe(stripe);
    this.initiator = initiator;
    this.spiI = spiI;
    this.spiR = spiR;
    this.path = path;
    this.connection = connection;
    this.reauthOurs = initiator;
    ctx.directory().add(this);
    publish();
  }

  // --- identity and parts -------------------------------------------------------------------

  EngineContext ctx() {
    return ctx;
  }

  public String uid() {
    return uid;
  }

  long stripe() {
    return stripe;
  }

  boolean isInitiator() {
    return initiator;
  }

  long spiI() {
    return spiI;
  }

  long spiR() {
    return spiR;
  }

  void setSpiR(long spi) {
    spiR = spi;
  }

  long ourSpi() {
    return initiator ? spiI : spiR;
  }

  Path path() {
    return path;
  }

  void setPath(Path newPath) {
    path = newPath;
    touch();
  }

  Connection connection() {
    return connection;
  }

  void setConnection(Connection matched) {
    connection = matched;
    touch();
  }

  /** As responder, the connections that may be meant until the peer tells its identity. */
  Candidates candidates() {
    return candidates;
  }

  void setCandidates(Candidates possible) {
    candidates = possible;
  }

  ConnectionConfig config() {
    return connection.config();
  }

  public State state() {
    return state;
  }

  void setState(State newState) {
    state = newState;
    touch();
  }

  boolean isDead() {
    return state == State.DEAD;
  }

  SaCrypto crypto() {
    return crypto;
  }

  void setCrypto(SaCrypto keyed) {
    crypto = keyed;
    touch();
  }

  Handshake handshake() {
    return handshake;
  }

  Requests requests() {
    return requests;
  }

  Replies replies() {
    return replies;
  }

  Children children() {
    return children;
  }

  SaTimers timers() {
    return timers;
  }

  Optional<Identity> localId() {
    return localId;
  }

  Optional<Identity> remoteId() {
    return remoteId;
  }

  void setIdentities(Identity local, Identity remote) {
    localId = Optional.of(local);
    remoteId = Optional.of(remote);
    touch();
  }

  NatDetection.Finding nat() {
    return nat;
  }

  void setNat(NatDetection.Finding finding) {
    nat = finding;
    touch();
  }

  /** The peer's IKE rekey that met ours, or null. */
  PeerRekey<IkeSa> peerRekey() {
    return peerRekey;
  }

  void setPeerRekey(PeerRekey<IkeSa> rekey) {
    peerRekey = rekey;
  }

  /** The SA that carries what this one carried: itself unless it was rekeyed. */
  IkeSa successorOrSelf() {
    return successor == null ? this : successor.successorOrSelf();
  }

  /** A rekey proves nothing anew: age and duty of authentication are inherited. */
  void inheritAuthentication(IkeSa old) {
    authenticated = old.authenticated;
    reauthOurs = old.reauthOurs;
  }

  /** When the peers proved last who they are. */
  Instant authenticatedAt() {
    return authenticated.orElseThrow();
  }

  /** Whether it is on us to authenticate anew: we made the first IKE SA. */
  boolean isReauthOurs() {
    return reauthOurs;
  }

  /** Whether another IKE SA is being made in its place. */
  boolean isReplaced() {
    return replaced;
  }

  void setReplaced() {
    replaced = true;
  }

  void clearReplaced() {
    replaced = false;
  }

  /** Completes when this SA is dead. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Something unauthenticated that may explain a silence; shown when we give up. */
  void setHint(String text) {
    hint = text;
  }

  /** As responder, until the peer is authenticated. */
  void countHalfOpen() {
    InetSocketAddress from = path.remote();
    ctx.halfOpen().incrementAndGet();
    ctx.directory().addInit(spiI, from, this);
    noLongerHalfOpen =
        () -> {
          ctx.halfOpen().decrementAndGet();
          ctx.directory().removeInit(spiI, from, this);
        };
  }

  private void uncountHalfOpen() {
    Runnable once = noLongerHalfOpen;
    noLongerHalfOpen = () -> {};
    once.run();
  }

  // --- running ------------------------------------------------------------------------------

  /** Runs something on the SA's worker, from any thread. */
  public void execute(Runnable action) {
    worker.execute(() -> run(action));
  }

  /** Runs something on the SA's worker later, unless the timer is cancelled. */
  Worker.Timer after(Duration delay, Runnable action) {
    return worker.after(delay, () -> run(action));
  }

  /** A fault of ours ends this SA and no other. */
  private void run(Runnable action) {
    running++;
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("{}: internal error, the IKE SA ends", this, e);
      ctx.counters().count("ike-internal-errors");
      end("internal error: " + e.getClass().getSimpleName() + "; see the log");
    } finally {
      running--;
      publishIfChanged();
      if (successor != null) {
        // What was begun on this SA ends on the one that took over.
        successorOrSelf().publishIfChanged();
      }
    }
  }

  private void publishIfChanged() {
    if (changed) {
      publishSoon();
    }
  }

  /** With many children not after each step, or bringing them up would be quadratic. */
  private void publishSoon() {
    if (children.size() < MANY_CHILDREN) {
      publish();
    } else if (!publishing) {
      publishing = true;
      worker.after(
          PUBLISH_DELAY,
          () -> {
            publishing = false;
            publish();
          });
    }
  }

  /** Whether so much waits for our worker that new datagrams are better dropped. */
  public boolean isOverloaded() {
    return worker.backlog() > ctx.settings().backlog();
  }

  /** Brings the answer of another service home to our worker. */
  <T> CompletableFuture<T> home(CompletionStage<T> stage, Function<String, T> failed) {
    CompletableFuture<T> result = new CompletableFuture<>();
    // Some slack, so that a service that keeps its own deadline is always heard.
    Duration limit = ctx.settings().planeTimeout().plusSeconds(2);
    Home.bring(worker, stage, limit, failed, late -> {})
        .thenAccept(value -> run(() -> result.complete(value)));
    return result;
  }

  Worker worker() {
    return worker;
  }

  // --- messages -----------------------------------------------------------------------------

  /**
   * Brings a child up, from any thread; starts the SA if it is new.
   *
   * @param elsewhere runs if this SA cannot take it any more
   */
  public void initiate(
      ChildConfig config, CompletableFuture<ChildResult> waiter, Runnable elsewhere) {
    execute(
        () -> {
          IkeSa now = successorOrSelf();
          boolean starting = now.state == State.CONNECTING && now.initiator;
          if (!starting && !now.state.isEstablished()) {
            elsewhere.run();
            return;
          }
          now.children.want(config, waiter);
          if (starting && !now.started) {
            now.started = true;
            now.requests.enqueue(Exchange.of(ExchangeType.IKE_SA_INIT, new InitTask()));
          }
        });
  }

  /** A datagram whose header names this SA. */
  public void receive(Datagram datagram, IkeHeader header) {
    worker.execute(() -> run(() -> inbox.receive(datagram, header)));
  }

  byte[] encode(int exchangeType, boolean response, int messageId, List<Payload> payloads) {
    IkeHeader header = IkeHeader.of(spiI, spiR, exchangeType, initiator, response, messageId);
    return exchangeType == ExchangeType.IKE_SA_INIT
        ? MessageEncoder.encode(header, payloads)
        : MessageEncoder.encode(header, payloads, crypto);
  }

  void send(byte[] packet) {
    send(path, packet);
  }

  void send(Path way, byte[] packet) {
    Optional<IkeTransport> transport = ctx.services().transport();
    if (transport.isEmpty()) {
      LOG.debug("{}: no transport, a message is lost", this);
      return;
    }
    Outcome outcome = transport.get().send(way.carry(packet));
    if (!outcome.done()) {
      hint = outcome.reason();
      LOG.debug("{}: not sent: {}", this, outcome.reason());
    }
  }

  // --- life ---------------------------------------------------------------------------------

  /**
   * Both sides are authenticated.
   *
   * @param rekeyed this SA replaces one that was authenticated
   */
  void establish(boolean rekeyed) {
    uncountHalfOpen();
    state = State.ESTABLISHED;
    established = Optional.of(ctx.clock().instant());
    authenticated = authenticated.or(() -> established);
    handshake = new Handshake();
    crypto.authenticated();
    connection.add(this);
    ctx.directory().name(this);
    timers.start();
    touch();
    String role = initiator ? "initiator" : "responder";
    ctx.counters().count((rekeyed ? "ike-rekeyed-" : "ike-established-") + role);
    String detail =
        path.peer()
            + " as "
            + remoteId.map(Identity::toString).orElse("?")
            + ", "
            + crypto.proposal().keywords();
    LOG.info("{}: established with {}", this, detail);
    ctx.events().publish(new EngineEvent.IkeUp(connection.name(), uid, detail));
  }

  /** Tells the peer that the SA ends, and ends it once the peer confirmed or is silent. */
  void endPolitely(String reason) {
    if (state == State.DEAD || state == State.DELETING) {
      return;
    }
    if (crypto == null || established.isEmpty()) {
      end(reason);
      return;
    }
    setState(State.DELETING);
    requests.enqueueFirst(Exchange.informational(new IkeDeleteTask(reason)));
  }

  /** The last transmission of a request was not answered in time. */
  void peerDoesNotAnswer(String progress) {
    ctx.counters().count("ike-peers-dead");
    String extra = hint.isEmpty() ? "" : " (" + hint + ")";
    String check =
        established.isPresent()
            ? "; the path or the peer is down"
            : "; check that the peer runs, its address and port, and filters on the way";
    end("peer " + path.peer() + " does not answer: " + progress + extra + check);
  }

  /** Ends the SA here and now, without a word to the peer; idempotent. */
  void end(String reason) {
    if (state == State.DEAD) {
      return;
    }
    boolean superseded = state == State.REKEYED;
    boolean lived = established.isPresent();
    uncountHalfOpen();
    setState(State.DEAD);
    timers.stop();
    requests.abandonAll(Outcome.unavailable(reason));
    children.endAll(reason);
    connection.remove(this);
    ctx.directory().unname(this);
    if (crypto != null) {
      crypto.close();
    }
    worker.after(ctx.settings().lingerTimeout(), () -> ctx.directory().remove(this));
    if (peerRekey != null && peerRekey.successor().state() == State.SUCCEEDING) {
      peerRekey.successor().end(reason);
    }
    if (lived && !superseded) {
      LOG.info("{}: ended: {}", this, reason);
      ctx.events().publish(new EngineEvent.IkeDown(connection.name(), uid, reason));
    } else {
      LOG.debug("{}: ended: {}", this, reason);
    }
    ended.complete(null);
  }

  /** A successor took over; this one only waits for its deletion. */
  void superseded(IkeSa by) {
    successor = by;
    setState(State.REKEYED);
    timers.stop();
    connection.remove(this);
    // The side whose exchange won deletes it; if it forgets, time does.
    after(ctx.settings().halfOpenTimeout(), () -> end("replaced by a rekey"));
  }

  /** Everything that hangs from this SA moves to its successor (RFC 7296 section 2.18). */
  void handOver(IkeSa by) {
    by.establish(true);
    children.moveTo(by);
    superseded(by);
    by.children().ikeRekeyDone(Outcome.ok());
    by.touch();
  }

  /** The peer told us that it ends this SA. */
  void deletedByPeer(String reason) {
    if (state != State.REKEYED
        && peerRekey != null
        && peerRekey.successor().state() == State.SUCCEEDING) {
      // Its rekey went through, so ours is void (RFC 7296 section 2.25.2).
      handOver(peerRekey.successor());
    }
    end(reason);
  }

  // --- status -------------------------------------------------------------------------------

  /**
   * Has the picture drawn anew: after the present step, or at once when another SA's step did it.
   */
  void touch() {
    changed = true;
    if (running == 0) {
      publishSoon();
    }
  }

  /** One immutable picture for many readers. */
  public IkeSaStatus status() {
    return status;
  }

  private void publish() {
    changed = false;
    status =
        new IkeSaStatus(
            uid,
            connection.name(),
            state.name(),
            initiator,
            spiI,
            spiR,
            path.local(),
            path.remote(),
            localId.map(Identity::toString).orElse(""),
            remoteId.map(Identity::toString).orElse(""),
            crypto == null ? "" : crypto.proposal().keywords(),
            nat.local(),
            nat.remote(),
            established,
            timers.rekeyAt(),
            children.statuses());
  }

  /** Name, uid and SPIs, for the log. */
  @Override
  public String toString() {
    return connection.name()
        + "["
        + uid
        + "] "
        + Long.toHexString(spiI)
        + (initiator ? "*/" : "/")
        + Long.toHexString(spiR)
        + (initiator ? "" : "*");
  }
}
