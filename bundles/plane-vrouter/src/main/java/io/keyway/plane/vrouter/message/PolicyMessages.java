package io.keyway.plane.vrouter.message;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneChange.PutPolicy;
import io.keyway.api.sa.Direction;
import io.keyway.api.sp.PolicyAction;
import io.keyway.protocol.vrouter.v1.DelPolicy;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;

/** Policies. */
public final class PolicyMessages {

  /** Owner of all policies that Keyway writes. */
  public static final String OWNER = SaMessages.OWNER_PREFIX + "spd";

  private PolicyMessages() {}

  /** REFUSED when the agent could not represent it. */
  public static Result<Policy> policy(PutPolicy put) {
    Result<PolicyPlace> place = Selectors.place(put.direction(), put.selectors());
    if (!place.done()) {
      return Result.failed(place.outcome());
    }
    Policy.Builder policy =
        Policy.newBuilder()
            .setDirection(place.value().orElseThrow().getDirection())
            .setSelectors(place.value().orElseThrow().getSelectors())
            .setPriority(put.priority())
            .setAction(action(put.action()))
            .setOwner(OWNER);
    if (put.action() instanceof PolicyAction.Protect protect
        && put.direction() == Direction.OUTBOUND) {
      if (protect.sa().direction() != Direction.OUTBOUND) {
        return Result.failed(
            Outcome.refused("an outbound policy cannot send through " + protect.sa()));
      }
      policy.setSa(SaMessages.id(protect.sa()));
    }
    return Result.ok(policy.build());
  }

  private static io.keyway.protocol.vrouter.v1.PolicyAction action(PolicyAction action) {
    if (action instanceof PolicyAction.Protect) {
      return io.keyway.protocol.vrouter.v1.PolicyAction.PROTECT;
    }
    if (action instanceof PolicyAction.Hold) {
      return io.keyway.protocol.vrouter.v1.PolicyAction.HOLD;
    }
    if (action instanceof PolicyAction.Trap) {
      return io.keyway.protocol.vrouter.v1.PolicyAction.TRAP;
    }
    if (action instanceof PolicyAction.Bypass) {
      return io.keyway.protocol.vrouter.v1.PolicyAction.BYPASS;
    }
    return io.keyway.protocol.vrouter.v1.PolicyAction.DISCARD;
  }

  /** REFUSED when no such place can be. */
  public static Result<DelPolicy> remove(PlaneChange.RemovePolicy remove) {
    Result<PolicyPlace> place = Selectors.place(remove.direction(), remove.selectors());
    return place.done()
        ? Result.ok(DelPolicy.newBuilder().setPlace(place.value().orElseThrow()).build())
        : Result.failed(place.outcome());
  }

  /**
   * Where a policy is, in fields that this controller knows: what a newer agent says besides must
   * not make another place of it.
   */
  public static PolicyPlace placeOf(Policy policy) {
    return PolicyPlace.newBuilder()
        // By its number: of one that only a newer agent knows there is no name.
        .setDirectionValue(policy.getDirectionValue())
        .setSelectors(Selectors.known(policy.getSelectors()))
        .build();
  }

  /** Whether two policies do the same with the same packets; owners and tags play no part. */
  public static boolean same(Policy a, Policy b) {
    return placeOf(a).equals(placeOf(b))
        && a.getPriority() == b.getPriority()
        && a.getAction() == b.getAction()
        && a.getSa().getSpi() == b.getSa().getSpi()
        && a.getSa().getDestination().equals(b.getSa().getDestination());
  }
}
