package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildSaStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * One of the two lost its memory, and the peer asks again for a child that is carried already: the
 * peer did and says so (INITIAL_CONTACT, RFC 7296 section 2.4), or we did, and the child of our
 * earlier life stands in our data plane (see {@link Leftovers}). What the peer's data plane has of
 * it may still be there, too.
 *
 * <p>We answer before the peer can have installed the new child, so what we sent under the new key
 * at once would be lost. As in a rekey (RFC 7296 section 2.8) we receive under both keys, and turn
 * our traffic when the peer has shown that it is ready, by its first packet on the new child, or a
 * little later where it has nothing to send or the plane does not count. What stood before goes
 * after that.
 */
final class TakeOver {

  /**
   * Time for the peer to install what it asked for; it receives under the old key meanwhile, and
   * for five seconds after.
   */
  static final Duration SELECT = Duration.ofSeconds(3);

  /** How often it is looked for the peer's first packet meanwhile. */
  private static final Duration LOOK = Duration.ofMillis(250);

  /** The part of it that a peer may need from our answer until it can receive. */
  private static final Duration INSTALL = Duration.ofSeconds(1);

  private static final Set<String> CARRYING =
      Set.of(
          ChildSa.State.INSTALLED.name(),
          ChildSa.State.REKEYING.name(),
          ChildSa.State.REKEYED.name());

  private TakeOver() {}

  /**
   * Whether an earlier IKE SA with the same peer carries a child of this name, or an earlier life
   * of this engine left one that does.
   *
   * @param initialContact the peer makes this IKE SA just now and knows of no other, so that any
   *     other one counts
   */
  static boolean replaces(IkeSa sa, String childName, boolean initialContact) {
    if (sa.ctx().leftovers().has(childName, Leftovers.peer(sa))) {
      return true;
    }
    return sa.remoteId().stream()
        .flatMap(peer -> sa.connection().withPeer(peer).stream())
        .filter(other -> other != sa && !other.isDead())
        .filter(
            other -> other.forgotten().isSo() || initialContact && other.state().isEstablished())
        .flatMap(other -> other.status().children().stream())
        .anyMatch(child -> child.name().equals(childName) && carries(child));
  }

  private static boolean carries(ChildSaStatus child) {
    return CARRYING.contains(child.state());
  }

  /** Turns traffic to a child, which has just been installed, in a while. */
  static void later(ChildSa child) {
    child.setState(ChildSa.State.WAITING);
    watch(child);
    Forgotten.comes(child);
  }

  private static void watch(ChildSa child) {
    child.switchTimer = child.ike().after(LOOK, () -> look(child));
  }

  private static void look(ChildSa child) {
    IkeSa sa = child.ike();
    if (!waits(child)) {
      return;
    }
    sa.watch(
        SwitchWatch.isUsed(child)
            .thenAccept(
                used -> {
                  if (!waits(child)) {
                    return;
                  }
                  Instant end = child.installed().orElseThrow().plus(SELECT);
                  if (used) {
                    turn(child);
                  } else if (sa.ctx().clock().instant().isBefore(end)) {
                    watch(child);
                  } else {
                    ask(child);
                  }
                }));
  }

  /**
   * A peer that was killed again before our answer reached it receives under the old key for as
   * long as it takes: so only one that has been heard since then, or answers now.
   */
  private static void ask(ChildSa child) {
    IkeSa sa = child.ike();
    if (!waits(child)) {
      return;
    }
    Instant surelyInstalled = child.installed().orElseThrow().plus(INSTALL);
    if (sa.timers().heardSince(surelyInstalled)) {
      turn(child);
    } else {
      sa.requests()
          .enqueue(
              Exchange.informational(
                  new LivenessTask(() -> turn(child), () -> askSuccessor(sa, child))));
    }
  }

  /** An IKE rekey came between question and answer, so the answer never comes. */
  private static void askSuccessor(IkeSa before, ChildSa child) {
    if (child.ike() != before) {
      ask(child);
    }
  }

  private static boolean waits(ChildSa child) {
    return child.state() == ChildSa.State.WAITING && child.ike().state().isEstablished();
  }

  private static void turn(ChildSa child) {
    if (!waits(child)) {
      return;
    }
    IkeSa sa = child.ike();
    sa.watch(new Installer(sa).select(child).thenAccept(outcome -> turned(child, outcome)));
  }

  private static void turned(ChildSa child, Outcome outcome) {
    if (child.state() != ChildSa.State.WAITING) {
      return;
    }
    if (outcome.done()) {
      child.setState(ChildSa.State.INSTALLED);
      child.ike().children().isUp(child);
      if (child.burnt) {
        ChildTimers.softExpired(child);
      }
    } else {
      // Without it the child never sends: it goes, and is wanted anew.
      child.ike().children().delete(child, outcome.reason(), Optional.empty());
    }
  }
}
