package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.base.Worker;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What becomes of an IKE SA when its peer started anew and says so (INITIAL_CONTACT, RFC 7296
 * section 2.4). The peer knows nothing of the IKE SA any more, so nothing is asked on it: no
 * liveness check, no rekey, no deletion. Its children may still stand in the peer's data plane and
 * carry traffic. Each goes when a child of the same name took over on another IKE SA of the peer;
 * the first comes with IKE_AUTH, the others one by one. What the peer does not ask for again goes
 * when it asked for nothing for a while.
 */
final class Forgotten {
  /**
   * How long after the last child came again. A peer asks for its children one after the other, a
   * round trip each; this bears three lost transmissions of one request (2 + 3.6 + 6.5 s), with a
   * slow data plane at either end, and is no longer than a peer may take after IKE_SA_INIT.
   */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** An honest peer has one, or two; one that starts anew all the time shall not fill the plane. */
  static final int MAX_OF_ONE_PEER = 4;

  private final IkeSa sa;
  private volatile boolean told;
  private String reason = "";
  private Worker.Timer patience = Worker.Timer.NONE;

  Forgotten(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether the peer forgot the IKE SA; from any thread. */
  boolean isSo() {
    return told;
  }

  // --- from the worker of another IKE SA of the same peer -----------------------------------

  /**
   * The peer, which just made an IKE SA, forgot those that were established before it began. One
   * that was made meanwhile is no leftover but the other half of a start at the same time.
   */
  static void all(IkeSa fresh, Identity peer) {
    String why =
        "peer '" + peer + "' of " + fresh.config().name() + " started anew (INITIAL_CONTACT)";
    List<IkeSa> earlier =
        fresh.connection().withPeer(peer).stream()
            .filter(other -> other != fresh && stoodBefore(other, fresh))
            .sorted(Comparator.comparing(other -> other.life().establishedOrder()))
            .toList();
    int tooMany = Math.max(0, earlier.size() - MAX_OF_ONE_PEER);
    for (IkeSa other : earlier.subList(0, tooMany)) {
      other.execute(() -> other.successorOrSelf().life().end(why));
    }
    for (IkeSa other : earlier.subList(tooMany, earlier.size())) {
      other.forgotten().told = true;
      other.execute(() -> other.successorOrSelf().forgotten().begin(why));
    }
  }

  /** The peer resumed an IKE SA, which it lost therefore (RFC 5723 section 5). */
  static void one(IkeSa fresh, IkeSa other) {
    if (other != fresh && stoodBefore(other, fresh)) {
      other.forgotten().told = true;
      other.execute(
          () -> other.successorOrSelf().forgotten().begin("the peer resumed it with a ticket"));
    }
  }

  private static boolean stoodBefore(IkeSa other, IkeSa fresh) {
    return (other.state().isEstablished() || other.state() == IkeSa.State.FORGOTTEN)
        && other.life().stoodBefore(fresh.life());
  }

  /** A child of the peer was made and will take over: those before it may wait for it. */
  static void comes(ChildSa child) {
    for (IkeSa other : before(child.ike())) {
      other.execute(() -> other.successorOrSelf().forgotten().progress());
    }
  }

  /** A child is in use: those of its name that came before it go. */
  static void replacedBy(ChildSa child) {
    String name = child.name();
    for (IkeSa other : before(child.ike())) {
      other.execute(() -> other.successorOrSelf().forgotten().replaced(name));
    }
  }

  private static List<IkeSa> before(IkeSa sa) {
    Collection<IkeSa> all = sa.remoteId().map(sa.connection()::withPeer).orElse(List.of());
    return all.stream().filter(other -> other != sa && other.forgotten().isSo()).toList();
  }

  // --- on the worker of the IKE SA ----------------------------------------------------------

  void begin(String why) {
    if (sa.state() == IkeSa.State.FORGOTTEN) {
      // Once more, while its children wait: the peer asks for all of them again.
      progress();
      return;
    }
    if (!sa.state().isEstablished()) {
      return;
    }
    sa.requests().abandonAll(Outcome.unavailable(why));
    if (sa.successorOrSelf() != sa) {
      // The end of our rekey let the peer's be valid.
      sa.successorOrSelf().forgotten().begin(why);
      return;
    }
    told = true;
    reason = why;
    sa.setState(IkeSa.State.FORGOTTEN);
    sa.timers().stop();
    sa.ctx().counters().count("ike-forgotten");
    for (ChildSa child : List.copyOf(sa.children().all())) {
      child.rekeyTimer.cancel();
      if (child.state() == ChildSa.State.WAITING) {
        // What it was to replace still carries traffic, and the peer's latest life will tell.
        child.switchTimer.cancel();
      } else if (child.state() == ChildSa.State.INSTALLING || child.burnt) {
        sa.children().end(child, why, false);
      }
    }
    progress();
  }

  /** The peer is about to ask for its children, so those that are left may wait for it. */
  private void progress() {
    if (sa.state() != IkeSa.State.FORGOTTEN) {
      return;
    }
    childEnded();
    if (sa.isDead()) {
      return;
    }
    patience.cancel();
    patience =
        sa.after(
            PATIENCE,
            () ->
                sa.life()
                    .end(
                        reason
                            + ", and did not ask again for "
                            + sa.children().size()
                            + " of its children within "
                            + PATIENCE.toSeconds()
                            + " s"));
  }

  /** A child ended, for whatever reason: with the last one the IKE SA is of no use. */
  void childEnded() {
    if (sa.state() == IkeSa.State.FORGOTTEN && sa.children().size() == 0) {
      patience.cancel();
      sa.life().end(reason);
    }
  }

  private void replaced(String name) {
    if (sa.state() != IkeSa.State.FORGOTTEN) {
      return;
    }
    // What waits goes first: nothing may turn to it when the one before it goes.
    sa.children().named(name).stream()
        .sorted(Comparator.comparing(child -> child.selected))
        .forEach(child -> sa.children().endReplaced(child, reason));
    progress();
  }
}
