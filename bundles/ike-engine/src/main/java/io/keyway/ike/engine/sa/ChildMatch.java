package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.negotiate.Selectors;
import java.util.List;
import java.util.Optional;

/**
 * A configured child with what is left of the peer's selectors after narrowing (RFC 7296 section
 * 2.9).
 */
record ChildMatch(ChildConfig config, List<TrafficSelector> local, List<TrafficSelector> remote) {

  /**
   * The configured child that fits the peer's wish best: the same mode, then exactly the same
   * selectors, then one that is not up yet, then the order of the configuration.
   */
  static Optional<ChildMatch> best(
      IkeSa sa, List<TrafficSelector> ours, List<TrafficSelector> theirs, boolean transport) {
    ChildMatch best = null;
    int bestScore = -1;
    for (ChildConfig config : sa.config().children()) {
      ChildMatch match = of(sa, config, ours, theirs).orElse(null);
      if (match != null) {
        boolean exact =
            Selectors.covers(match.local, ours) && Selectors.covers(match.remote, theirs);
        int score =
            ((config.mode() == IpsecMode.TRANSPORT) == transport ? 4 : 0)
                + (exact ? 2 : 0)
                + (sa.children().up(config.name()).isEmpty() ? 1 : 0);
        if (score > bestScore) {
          best = match;
          bestScore = score;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  /** One configured child; empty when nothing is left on either side. */
  static Optional<ChildMatch> of(
      IkeSa sa, ChildConfig config, List<TrafficSelector> ours, List<TrafficSelector> theirs) {
    List<TrafficSelector> local = Selectors.narrow(ours, sa.addresses().local(config.localTs()));
    List<TrafficSelector> remote =
        Selectors.narrow(theirs, sa.addresses().remote(config.remoteTs()));
    return local.isEmpty() || remote.isEmpty()
        ? Optional.empty()
        : Optional.of(new ChildMatch(config, local, remote));
  }
}
