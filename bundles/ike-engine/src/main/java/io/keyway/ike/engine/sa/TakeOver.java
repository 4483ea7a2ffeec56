package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildSaStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A peer that lost its memory comes again (INITIAL_CONTACT, RFC 7296 section 2.4), while children
 * of its earlier life may still stand in its data plane. We answer before it can have installed the
 * new child, so what we sent under the new key at once would be lost: our traffic turns to it a
 * little later, and what stood before goes after that (see {@link Forgotten}).
 */
final class TakeOver {

  /**
   * Time for the peer to install what it asked for; it receives under the old key meanwhile, and
   * for five seconds after.
   */
  static final Duration SELECT = Duration.ofSeconds(3);

  /** The part of it that a peer may need from our answer until it can receive. */
  private static final Duration INSTALL = Duration.ofSeconds(1);

  private static final Set<String> CARRYING =
      Set.of(
          ChildSa.State.INSTALLED.name(),
          ChildSa.State.REKEYING.name(),
          ChildSa.State.REKEYED.name());

  private TakeOver() {}

  /**
   * Whether an earlier IKE SA with the same peer carries a child of this name.
   *
   * @param initialContact the peer makes this IKE SA just now and knows of no other, so that any
   *     other one counts
   */
  static boolean replaces(IkeSa sa, String childName, boolean initialContact) {
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
    child.switchTimer = child.ike().after(SELECT, () -> ask(child));
    Forgotten.comes(child);
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
