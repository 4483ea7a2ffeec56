package io.keyway.ike.engine.sa;

import java.time.Duration;
import java.util.Optional;

/**
 * A peer that lost its memory comes again (INITIAL_CONTACT, RFC 7296 section 2.4), while children
 * of its earlier life may still stand in its data plane. We answer before it can have installed the
 * new child, so what we sent under the new key at once would be lost: our traffic turns to it a
 * little later, and what stood before goes after that.
 */
final class TakeOver {

  /** Time for the peer to install what it asked for; it receives under the old key meanwhile. */
  private static final Duration SELECT = Duration.ofSeconds(2);

  /** Before {@link Duplicates} looks. */
  static final Duration DROP = Duration.ofMillis(2500);

  private TakeOver() {}

  /** Whether an earlier IKE SA with the same peer carries a child of this name. */
  static boolean replaces(IkeSa sa, String childName) {
    return sa.remoteId().stream()
        .flatMap(peer -> sa.connection().withPeer(peer).stream())
        .filter(other -> other != sa && other.state().isEstablished())
        .flatMap(other -> other.status().children().stream())
        .anyMatch(
            child ->
                child.name().equals(childName)
                    && child.state().equals(ChildSa.State.INSTALLED.name()));
  }

  /** Whether a child of this IKE SA waits to take over. */
  static boolean isPending(IkeSa sa) {
    return sa.children().all().stream().anyMatch(c -> c.state().isUp() && !c.selected);
  }

  /** Turns traffic to an installed child in a while. */
  static void later(ChildSa child) {
    child.switchTimer = child.ike().after(SELECT, () -> now(child));
  }

  private static void now(ChildSa child) {
    IkeSa sa = child.ike();
    if (!child.state().isUp() || child.selected || sa.isDead()) {
      return;
    }
    sa.watch(
        new Installer(sa)
            .select(child)
            .thenAccept(
                outcome -> {
                  if (!child.state().isUp() || child.selected) {
                    return;
                  }
                  if (outcome.done()) {
                    child.ike().children().isUp(child);
                  } else {
                    // Without it the child never sends: it goes, and is wanted anew.
                    child.ike().children().delete(child, outcome.reason(), Optional.empty());
                  }
                }));
  }
}
