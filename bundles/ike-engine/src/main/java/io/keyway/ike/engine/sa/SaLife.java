package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How one IKE SA comes to be, is replaced, and ends. */
final class SaLife {
  /** An honest peer has one, and a second one when two rekeys met. */
  private static final int MOST_PREDECESSORS = 16;

  private final IkeSa sa;
  private Runnable noLongerHalfOpen = () -> {};
  private boolean spoilt;
  private Worker.Timer halfOpenTimer = Worker.Timer.NONE;
  private IkeSa predecessor;

  /** Our SPIs of the SAs that were replaced, one after the other, by this one. */
  private final List<Long> predecessors = new ArrayList<>(1);

  private final long begun;
  private volatile long establishedOrder = Long.MAX_VALUE;
  private Optional<Instant> established = Optional.empty();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private String hint = "";

  /** Both sides know that the SA ends. */
  private boolean agreed;

  /** Why the SA ends as soon as the peer can be told; empty: it does not. */
  private String leaving = "";

  SaLife(IkeSa sa) {
    this.sa = sa;
    this.begun = sa.ctx().directory().nextOrder();
  }

  /** Whether this one was established before the other one's first message; from any thread. */
  boolean stoodBefore(SaLife other) {
    return establishedOrder < other.begun;
  }

  /** In which order SAs were established; from any thread. */
  long establishedOrder() {
    return establishedOrder;
  }

  Optional<Instant> established() {
    return established;
  }

  /** Completes when the SA is dead. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Something unauthenticated that may explain a silence; shown when we give up. */
  void setHint(String text) {
    hint = text;
  }

  /** As responder, until the peer is authenticated. */
  void countHalfOpen() {
    EngineContext ctx = sa.ctx();
    InetSocketAddress from = sa.path().remote();
    ctx.halfOpen().incrementAndGet();
    ctx.directory().addInit(sa.spiI(), from, sa);
    noLongerHalfOpen =
        () -> {
          ctx.halfOpen().decrementAndGet();
          ctx.directory().removeInit(sa.spiI(), from, sa);
        };
  }

  /** As responder: something came that is not under our keys, before the peer is authenticated. */
  void garbageCame() {
    if (sa.state() == IkeSa.State.CONNECTING && !sa.isInitiator() && !spoilt) {
      spoilt = true;
      sa.ctx().directory().spoilt().incrementAndGet();
    }
  }

  /** As responder: what to do when the peer does not go on; forgotten as soon as it did. */
  void waitForIkeAuth(Duration limit, Runnable otherwise) {
    halfOpenTimer = sa.after(limit, otherwise);
  }

  private void uncountHalfOpen() {
    halfOpenTimer.cancel();
    halfOpenTimer = Worker.Timer.NONE;
    Runnable once = noLongerHalfOpen;
    noLongerHalfOpen = () -> {};
    once.run();
    if (spoilt) {
      spoilt = false;
      sa.ctx().directory().spoilt().decrementAndGet();
    }
  }

  /**
   * Both sides are authenticated.
   *
   * @param rekeyed this SA replaces one that was authenticated
   */
  void establish(boolean rekeyed) {
    EngineContext ctx = sa.ctx();
    uncountHalfOpen();
    established = Optional.of(ctx.clock().instant());
    establishedOrder = ctx.directory().nextOrder();
    sa.setState(IkeSa.State.ESTABLISHED);
    sa.age().established(established.get());
    sa.handshake().answers.won(sa);
    sa.dropHandshake();
    sa.crypto().authenticated();
    sa.connection().add(sa);
    ctx.directory().name(sa);
    sa.timers().start();
    String role = sa.isInitiator() ? "initiator" : "responder";
    ctx.counters().count((rekeyed ? "ike-rekeyed-" : "ike-established-") + role);
    String detail =
        sa.path().peer()
            + " as "
            + sa.remoteId().map(Identity::toString).orElse("?")
            + ", "
            + sa.crypto().proposal().keywords();
    IkeLog.IKE.info(sa, rekeyed ? "rekeyed, new SPIs with {}" : "established with {}", detail);
    ctx.events().publish(new EngineEvent.IkeUp(sa.connection().name(), sa.uid(), detail));
    if (!leaving.isEmpty()) {
      endPolitely(leaving);
    }
  }

  /** Tells the peer that the SA ends, and ends it once the peer confirmed or is silent. */
  void endPolitely(String reason) {
    if (sa.isDead() || sa.state() == IkeSa.State.DELETING) {
      return;
    }
    if (established.isEmpty() && sa.requests().isAuthenticating()) {
      // The peer may have answered: then it holds an IKE SA and a child, and must be told.
      leaving = reason;
      sa.wishes().failAll(Outcome.unavailable(reason));
      return;
    }
    if (sa.crypto() == null || established.isEmpty() || sa.state() == IkeSa.State.FORGOTTEN) {
      // There is nobody who would know what ends.
      end(reason);
      return;
    }
    sa.setState(IkeSa.State.DELETING);
    sa.requests().enqueueFirst(Exchange.informational(new IkeDeleteTask(reason)));
  }

  /** The last transmission of a request was not answered in time. */
  void peerDoesNotAnswer(String progress) {
    sa.ctx().counters().count("ike-peers-dead");
    Failure kind = sa.requests().isActive(LivenessTask.class) ? Failure.LIVENESS : Failure.SILENCE;
    sa.ctx().counters().count(kind.counter());
    String extra = hint.isEmpty() ? "" : " (" + hint + ")";
    String check =
        established.isPresent()
            ? "; the path or the peer is down"
            : "; check that the peer runs, its address and port, and filters on the way";
    String what = kind == Failure.LIVENESS ? "liveness check failed: peer " : "peer ";
    String reason = what + sa.path().peer() + " does not answer: " + progress + extra + check;
    sa.tickets().lost();
    IkeLog.IKE.warn(sa, "{}", reason);
    end(reason);
  }

  /** As {@link #end}, once the peer knows of it. */
  void endAgreed(String reason) {
    agreed = true;
    end(reason);
  }

  /** Ends the SA here and now, without a word to the peer; idempotent. */
  void end(String reason) {
    if (sa.isDead()) {
      return;
    }
    EngineContext ctx = sa.ctx();
    boolean superseded = sa.state() == IkeSa.State.REKEYED;
    uncountHalfOpen();
    sa.setState(IkeSa.State.DEAD);
    sa.timers().stop();
    sa.inbox().clear();
    if (established.isPresent() && !superseded) {
      sa.tickets().ended();
    }
    sa.handshake().close();
    sa.requests().abandonAll(Outcome.unavailable(reason));
    sa.children().endAll(reason);
    sa.handshake().answers.ended(sa);
    sa.connection().remove(sa);
    ctx.directory().unname(sa);
    if (sa.followUp() != null) {
      sa.followUp().drop("the IKE SA ended");
    }
    if (sa.crypto() != null) {
      sa.crypto().close();
    }
    sa.replies().forgetKeys();
    sa.after(ctx.settings().lingerTimeout(), () -> ctx.directory().remove(sa));
    PeerRekey<IkeSa> theirs = sa.peerRekey();
    if (theirs != null && theirs.successor().state() == IkeSa.State.SUCCEEDING) {
      theirs.successor().life().end(reason);
    }
    if (established.isPresent() && !superseded) {
      ctx.leases().release(sa.uid(), agreed);
      IkeLog.IKE.info(sa, "deleted: {}", reason);
      ctx.events().publish(new EngineEvent.IkeDown(sa.connection().name(), sa.uid(), reason));
    } else {
      IkeLog.IKE.debug(sa, "ended: {}", reason);
    }
    ended.complete(null);
  }

  /**
   * Whether this SA replaced so many others, which are still remembered, that the peer must wait
   * with its next rekey: each keeps memory for a while, whether it is deleted or not.
   */
  boolean isReplacedTooOften() {
    predecessors.removeIf(spi -> !sa.ctx().directory().isOurs(spi));
    return predecessors.size() >= MOST_PREDECESSORS;
  }

  /** Everything that hangs from this SA moves to its successor (RFC 7296 section 2.18). */
  void handOver(IkeSa by) {
    by.mobike().inherit(sa.mobike());
    by.tickets().inherit(sa.tickets());
    by.life().establish(true);
    predecessors.removeIf(spi -> !sa.ctx().directory().isOurs(spi));
    by.life().predecessors.addAll(predecessors);
    by.life().predecessors.add(sa.ourSpi());
    sa.addresses().moveTo(by);
    sa.redirect().moveTo(by);
    by.tickets().askAnew();
    sa.children().moveTo(by);
    sa.setSuccessor(by);
    sa.setState(IkeSa.State.REKEYED);
    sa.timers().stop();
    sa.connection().remove(sa);
    // The side whose exchange won deletes the old one; if it forgets, time does.
    sa.after(sa.ctx().settings().halfOpenTimeout(), () -> end("replaced by a rekey"));
    by.children().ikeRekeyDone(Outcome.ok());
    Duplicates.resolveAfterRekey(by);
  }

  /** This SA is what the peer's rekey made, which met our own. */
  void succeeds(IkeSa old) {
    predecessor = old;
  }

  /**
   * The peer goes on with what its rekey made. Who loses only deletes that (RFC 7296 section
   * 2.8.2), so the peer's won: it knows already what ours ends with, or will never hear of it.
   */
  void usedByPeer() {
    if (predecessor != null && sa.state() == IkeSa.State.SUCCEEDING) {
      sa.ctx().counters().count("ike-rekey-collisions");
      predecessor.life().handOver(sa);
    }
  }

  /** The peer told us that it ends this SA. */
  void deletedByPeer(String reason) {
    PeerRekey<IkeSa> theirs = sa.peerRekey();
    if (sa.state() != IkeSa.State.REKEYED
        && theirs != null
        && theirs.successor().state() == IkeSa.State.SUCCEEDING) {
      // Its rekey went through, so ours is void (RFC 7296 section 2.25.2).
      handOver(theirs.successor());
    }
    endAgreed(reason);
  }
}
