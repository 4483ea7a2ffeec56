package io.keyway.tunnels.plan;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ts.SelectorPair;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a tunnel needs.
 *
 * @param plane name of its data plane, empty when that is not known
 * @param gateway name of its gateway
 * @param children to be negotiated; empty when the tunnel cannot be carried out
 * @param holds outbound traffic that waits while there is no SA
 * @param whole {@code holds} are all that the tunnel's selectors name
 * @param places keys of the outbound places on the plane, for finding collisions, and the name of
 *     the child that each belongs to
 * @param verdict whether it can be carried out
 * @param reason why not, or what stays unprotected; empty when there is nothing to say
 */
public record TunnelPlan(
    Optional<String> plane,
    String gateway,
    List<ChildConfig> children,
    List<SelectorPair> holds,
    boolean whole,
    Map<String, String> places,
    Verdict verdict,
    String reason) {

  /** Whether a tunnel can be carried out. */
  public enum Verdict {
    READY,
    /** The configuration cannot be carried out as it is. */
    INVALID,
    /** The data plane is not there (yet). */
    WAITING
  }

  public TunnelPlan {
    children = List.copyOf(children);
    holds = List.copyOf(holds);
    places = Map.copyOf(places);
  }

  /** A tunnel that cannot be carried out; what of it can be held is held. */
  static TunnelPlan invalid(
      Optional<String> plane, String gateway, Holdable holdable, String reason) {
    return new TunnelPlan(
        plane,
        gateway,
        List.of(),
        holdable.pairs(),
        holdable.whole(),
        Map.of(),
        Verdict.INVALID,
        holdable.remark().isEmpty() ? reason : reason + "; " + holdable.remark());
  }

  /** The same tunnel, holding something else than it asks for. */
  public TunnelPlan holding(Optional<String> where, List<SelectorPair> pairs) {
    return new TunnelPlan(where, gateway, children, pairs, whole, places, verdict, reason);
  }

  /** The same tunnel, which cannot be carried out for a reason that the plane does not know. */
  public TunnelPlan refused(boolean stillWhole, String why) {
    return new TunnelPlan(
        plane, gateway, List.of(), holds, whole && stillWhole, Map.of(), Verdict.INVALID, why);
  }
}
