package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Puts the claims that hold a tunnel's traffic from the moment it is configured (packet safety rule
 * 1). A claim is only removed when the tunnel goes, or after its successor stands.
 */
final class Holds {

  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Owner owner;
  private long revision;

  Holds(Owner owner) {
    this.owner = owner;
  }

  Owner owner() {
    return owner;
  }

  /** A name for a new set of claims of a tunnel; never used before. */
  ChildId next(String tunnel) {
    revision++;
    return new ChildId(owner, "hold-" + owner.instance() + "-" + revision, tunnel);
  }

  /**
   * Puts every claim.
   *
   * @param plane null while the service is not there: only outbound claims then
   * @param priority as in {@link Policy.Priorities}
   * @param outbound what becomes of packets to the peer: hold or trap. Those from it have an SA or
   *     are dropped, and start nothing
   * @return OK when all are confirmed, else the first that is not
   */
  CompletionStage<Outcome> put(
      SpdService spd,
      String planeName,
      DataPlane plane,
      ChildId child,
      List<SelectorPair> pairs,
      int priority,
      PolicyAction outbound) {
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    for (SelectorPair pair : pairs) {
      answers.add(put(spd, child, planeName, Direction.OUTBOUND, pair, priority, outbound));
      if (plane != null && plane.capabilities().inboundPolicies()) {
        answers.add(
            put(spd, child, planeName, Direction.INBOUND, pair, priority, new PolicyAction.Hold()));
      }
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(
            nothing ->
                answers.stream()
                    .map(CompletableFuture::join)
                    .filter(outcome -> !outcome.done())
                    .findFirst()
                    .orElse(Outcome.ok()));
  }

  private static CompletableFuture<Outcome> put(
      SpdService spd,
      ChildId child,
      String plane,
      Direction direction,
      SelectorPair pair,
      int priority,
      PolicyAction action) {
    Policy policy = new Policy(child, plane, direction, pair, priority, action);
    return spd.put(policy, TIMEOUT).toCompletableFuture();
  }
}
