package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What two gateways make twice because both start at the same moment.
 *
 * <p>Two gateways that start at the same time make two IKE SAs with the same children. Both see the
 * same two SPIs, so both come to the same verdict: the one with the lower initiator SPI goes, and
 * its initiator sees to it, once the other one carries everything. Rekeys change who is the
 * initiator of an IKE SA, so that both may be one side's in the end.
 */
final class Duplicates {
  /** Time enough for both to come up and to publish their status. */
  private static final Duration DELAY = Duration.ofSeconds(1);

  private Duplicates() {}

  /**
   * Looks for a duplicate after a child came up on an IKE SA. One that is still on its way finds us
   * when it comes up.
   */
  static void resolve(IkeSa sa) {
    for (IkeSa other : withPeerOf(sa)) {
      if (other != sa) {
        look(sa, other);
        look(other, sa);
      }
    }
  }

  /** Decided on the worker of the SA that we may end, from the other one's status. */
  private static void look(IkeSa mine, IkeSa theirs) {
    if (mine.isInitiator()) {
      mine.after(DELAY, () -> endIfRedundant(mine, theirs));
    }
  }

  /**
   * Both sides asked for the same child on one IKE SA: what the IKE SA's responder made goes, and
   * the responder sees to it.
   */
  static void resolve(ChildSa child) {
    child.ike().after(DELAY, () -> endIfRedundant(child));
  }

  /**
   * After an IKE rekey. Who started it is the initiator of the new IKE SA (RFC 7296 section 2.18),
   * so what was looked at with the other role, or on the SA that is gone, is looked at again.
   */
  static void resolveAfterRekey(IkeSa successor) {
    resolve(successor);
    successor.children().all().forEach(Duplicates::resolve);
  }

  private static void endIfRedundant(ChildSa child) {
    IkeSa sa = child.ike();
    List<ChildSa> same = sa.children().named(child.name());
    Optional<ChildSa> made = firstUp(same, true);
    Optional<ChildSa> given = firstUp(same, false);
    if (!sa.isInitiator() && made.isPresent() && given.isPresent()) {
      sa.children()
          .delete(made.get(), "both sides asked for it; the peer's stays", Optional.empty());
    }
  }

  private static Optional<ChildSa> firstUp(List<ChildSa> children, boolean ours) {
    return children.stream()
        .filter(c -> c.ours == ours && c.selected && c.state() == ChildSa.State.INSTALLED)
        .findFirst();
  }

  /** Whether another IKE SA with the same peer carries a child of this name. */
  static boolean carries(IkeSa sa, String childName) {
    for (IkeSa other : withPeerOf(sa)) {
      if (other != sa && other.state().isEstablished()) {
        for (ChildSaStatus child : other.status().children()) {
          if (child.name().equals(childName)
              && child.state().equals(ChildSa.State.INSTALLED.name())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Collection<IkeSa> withPeerOf(IkeSa sa) {
    return sa.remoteId().map(sa.connection()::withPeer).orElse(List.of());
  }

  private static void endIfRedundant(IkeSa mine, IkeSa theirs) {
    IkeSaStatus other = theirs.status();
    boolean samePeer =
        mine.remoteId().isPresent()
            && other.remoteId().equals(mine.remoteId().get().toString())
            && other.local().getAddress().equals(mine.path().local().getAddress())
            && other.remote().getAddress().equals(mine.path().remote().getAddress());
    if (mine.age().isReplaced()
        || theirs.age().isReplaced()
        || mine.state() != IkeSa.State.ESTABLISHED
        || !theirs.state().isEstablished()
        || !samePeer) {
      return;
    }
    Set<String> carried = new HashSet<>();
    for (ChildSaStatus child : other.children()) {
      if (child.state().equals(ChildSa.State.INSTALLED.name())) {
        carried.add(child.name());
      }
    }
    boolean covered = mine.children().all().stream().allMatch(c -> carried.contains(c.name()));
    boolean lower = Long.compareUnsigned(mine.spiI(), other.initiatorSpi()) < 0;
    // The higher one goes only when there is nothing to choose: all that is carried, the lower has.
    boolean bare = mine.children().all().isEmpty() && !carried.isEmpty();
    if (!covered || !(lower || bare)) {
      return;
    }
    if (mine.children().isBusy()) {
      mine.after(DELAY, () -> endIfRedundant(mine, theirs));
    } else {
      mine.life().endPolitely("both sides connected at the same time; the other IKE SA stays");
    }
  }
}
