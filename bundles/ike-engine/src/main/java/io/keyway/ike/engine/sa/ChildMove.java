package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.ike.engine.log.IkeLog;
import java.net.InetAddress;

/**
 * Gives the SAs of a child other endpoints where the plane can do that in one step, keeping key,
 * sequence numbers and replay window (RFC 4555 section 3.5, RFC 7296 section 2.23). A plane that
 * cannot refuses, and the child is replaced instead.
 */
final class ChildMove {

  private ChildMove() {}

  /**
   * Selectors of transport mode are the addresses themselves, and SAs stay in their family of
   * addresses.
   */
  static boolean isPossible(ChildSa child, Endpoints now) {
    return child.state() == ChildSa.State.INSTALLED
        && child.selected
        && !child.immovable
        && !child.burnt
        && child.mode() == IpsecMode.TUNNEL
        && sameFamily(child.endpoints().local(), now.local())
        && sameFamily(child.endpoints().remote(), now.remote());
  }

  private static boolean sameFamily(InetAddress a, InetAddress b) {
    return a.getClass() == b.getClass();
  }

  /**
   * Starts it.
   *
   * @param then runs when the child is to be replaced, or is to be elsewhere again
   */
  static void start(IkeSa sa, ChildSa child, Endpoints now, Runnable then) {
    child.movingTo = now;
    sa.watch(
        new Installer(sa)
            .move(child, now)
            .thenAccept(
                outcome -> {
                  moved(child, now, outcome);
                  boolean there = child.endpoints().equals(ChildKeying.endpoints(child.ike()));
                  if (!there && !child.ike().isDead() && child.state().isUp()) {
                    then.run();
                  }
                }));
  }

  private static void moved(ChildSa child, Endpoints now, Outcome outcome) {
    IkeSa sa = child.ike();
    child.movingTo = null;
    if (outcome.done()) {
      child.setEndpoints(now);
      sa.ctx().counters().count("child-moves");
      IkeLog.CHD.info(sa, "child {} leads to {} now", child, now.remote().getHostAddress());
    } else {
      child.immovable = true;
      IkeLog.CHD.info(sa, "child {} is replaced, not moved: {}", child, outcome.reason());
    }
  }
}
