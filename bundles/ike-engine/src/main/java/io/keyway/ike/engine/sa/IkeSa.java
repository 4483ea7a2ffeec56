package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.engine.base.Home;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.LogSubject;
import io.keyway.ike.engine.log.Throttle;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import java.time.Duration;
import java.util.HexFormat;
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
public final class IkeSa implements LogSubject {
  private static final Logger LOG = LoggerFactory.getLogger(IkeSa.class);

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
    /** The peer started anew and knows nothing of it; its children wait to be replaced. */
    FORGOTTEN,
    /** We told the peer that it ends. */
    DELETING,
    /** Ended; repeats its last answer for a while. */
    DEAD;

    /** Whether it can carry new children. */
    public boolean isEstablished() {
      return this == ESTABLISHED || this == REKEYING;
    }
  }

  /** Honest IKE SAs have a few, one for each child when they come up. */
  private static final int LINES_PER_SECOND = 50;

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
  private boolean matched;
  private volatile State state = State.CONNECTING;
  private final StatusBoard board;
  private SaCrypto crypto;
  private Handshake handshake = new Handshake();
  private Optional<Identity> localId = Optional.empty();
  private Optional<Identity> remoteId = Optional.empty();
  private NatDetection.Finding nat = NatDetection.Finding.NONE;
  private boolean fragmentation;
  private final AuthenticationAge age;
  private PeerRekey<IkeSa> peerRekey;
  private FollowUp followUp;
  private IkeSa successor;

  private final Requests requests = new Requests(this);
  private final Replies replies = new Replies(this);
  private final Children children = new Children(this);
  private final Wishes wishes = new Wishes(this);
  private final Mobike mobike = new Mobike(this);
  private final PeerSightings sightings = new PeerSightings(this);
  private final Throttle lines;
  private final PacketSize packetSize = new PacketSize(this);
  private final CrashDetection crash;
  private final SaTimers timers = new SaTimers(this);
  private final Inbox inbox = new Inbox(this);
  private final Outbox outbox = new Outbox(this);
  private final SaLife life;
  private final Forgotten forgotten = new Forgotten(this);
  private final Addresses addresses = new Addresses(this);
  private final Redirect redirect = new Redirect(this);
  private final SaTickets tickets = new SaTickets(this);

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
    this.age = new AuthenticationAge(initiator);
    this.lines = new Throttle(ctx.clock(), LINES_PER_SECOND);
    this.life = new SaLife(this);
    this.crash = new CrashDetection(this);
    this.board = new StatusBoard(worker, this::paint);
    board.publish();
    ctx.directory().add(this);
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

  void setConnection(Connection found) {
    connection = found;
    matched = true;
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

  /**
   * Another key exchange made new keys (RFC 9370 section 2.2.2). Those before are wiped, but for
   * what an answer that is still repeated needs.
   */
  void addSecret(SecretBytes secret) {
    SaCrypto before = crypto;
    setCrypto(
        new SaCrypto(
            ctx.crypto(),
            before.proposal(),
            KeySchedule.afterIntermediate(
                before.prf(),
                before.keys().skD(),
                before.proposal().encryption(),
                before.proposal().integrity(),
                secret,
                handshake.initiatorNonce,
                handshake.responderNonce,
                spiI,
                spiR),
            initiator));
    replies.superseded(before);
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

  Redirect redirect() {
    return redirect;
  }

  /** Addresses that one side gave the other. */
  Addresses addresses() {
    return addresses;
  }

  /** Tickets of session resumption. */
  SaTickets tickets() {
    return tickets;
  }

  Wishes wishes() {
    return wishes;
  }

  SaTimers timers() {
    return timers;
  }

  PacketSize packetSize() {
    return packetSize;
  }

  CrashDetection crash() {
    return crash;
  }

  Mobike mobike() {
    return mobike;
  }

  PeerSightings sightings() {
    return sightings;
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

  /** Whether both sides take fragments (RFC 7383). */
  boolean fragmentation() {
    return fragmentation;
  }

  void setFragmentation(boolean agreed) {
    fragmentation = agreed;
  }

  Inbox inbox() {
    return inbox;
  }

  Outbox outbox() {
    return outbox;
  }

  NatDetection.Finding nat() {
    return nat;
  }

  void setNat(NatDetection.Finding finding) {
    nat = finding;
    touch();
  }

  /** The peer's request whose additional key exchanges are still to come; null for none. */
  FollowUp followUp() {
    return followUp;
  }

  void setFollowUp(FollowUp pending) {
    followUp = pending;
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

  AuthenticationAge age() {
    return age;
  }

  SaLife life() {
    return life;
  }

  Forgotten forgotten() {
    return forgotten;
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
    board.enter();
    try {
      action.run();
    } catch (RuntimeException e) {
      fault(e);
    } finally {
      board.leave();
      if (successor != null) {
        // What was begun on this SA ends on the one that took over.
        successorOrSelf().board.publishIfChanged();
      }
    }
  }

  private void fault(Throwable cause) {
    LOG.error("{}: internal error, the IKE SA ends", logFields(), cause);
    ctx.counters().count("ike-internal-errors");
    ctx.counters().count(Failure.INTERNAL_ERROR.counter());
    life.end("internal error: " + cause.getClass().getSimpleName() + "; see the log");
  }

  /** The end of a chain of stages: an exception there is a fault like any other. */
  <T> void watch(CompletableFuture<T> chain) {
    chain.whenComplete(
        (value, error) -> {
          if (error != null) {
            run(() -> fault(error.getCause() == null ? error : error.getCause()));
          }
        });
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

  /** A datagram whose header names this SA. */
  public void receive(Datagram datagram, IkeHeader header) {
    worker.execute(() -> run(() -> inbox.receive(datagram, header)));
  }

  /** Tells the log and the counters of a message that was opened. */
  void noteReceived(IkeMessage message) {
    ctx.messages().received(this, traceName(), message.header(), message.payloads());
  }

  /** The same for a message that was counted before there was an IKE SA. */
  void noteTraced(IkeMessage message) {
    ctx.messages().trace(this, traceName(), message.header(), message.payloads());
  }

  /** Nothing until it is known which of several connections the peer means. */
  String traceName() {
    return isMatched() ? connection.name() : "";
  }

  private boolean isMatched() {
    return initiator || candidates == null || matched;
  }

  /** Everything that hangs from this SA is another one's from now on. */
  void setSuccessor(IkeSa by) {
    successor = by;
  }

  void dropHandshake() {
    handshake.close();
    handshake = new Handshake();
  }

  // --- status -------------------------------------------------------------------------------

  void touch() {
    board.touch();
  }

  /** One immutable picture for many readers. */
  public IkeSaStatus status() {
    return board.status();
  }

  private IkeSaStatus paint() {
    return new IkeSaStatus(
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
        crypto == null ? "" : crypto.ppkId(),
        nat.local(),
        nat.remote(),
        life.established(),
        timers.rekeyAt(),
        addresses.assigned(),
        tickets.status(),
        new IkeSaStatus.Extensions(mobike.isAgreed(), crash.isArmed()),
        children.statuses());
  }

  @Override
  public Optional<Throttle> lines() {
    return Optional.of(lines);
  }

  @Override
  public String logFields() {
    return "conn="
        + (isMatched() ? connection.name() : "?")
        + " uid="
        + uid
        + " spi-i="
        + HexFormat.of().toHexDigits(spiI)
        + " spi-r="
        + HexFormat.of().toHexDigits(spiR)
        + " role="
        + (initiator ? "initiator" : "responder")
        + " peer="
        + path.peer();
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
