package io.keyway.spd;

import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;

/** One claim to a place. Guarded by its {@link PlaneSpd}. */
final class Claim {

  /** A child whatever life of its owner names it: its uid is unique for ever. */
  record ChildKey(String owner, String uid) {
    static ChildKey of(ChildId child) {
      return new ChildKey(child.owner().name(), child.uid());
    }
  }

  /** A child has one claim per direction and selectors. */
  record Key(ChildKey child, Direction direction, SelectorPair selectors) {
    static Key of(Policy policy) {
      return new Key(ChildKey.of(policy.child()), policy.direction(), policy.selectors());
    }
  }

  final Key key;

  /** What counts now. */
  Policy policy;

  /** What counts from the next selection on; null when that is the same. */
  Policy next;

  boolean awake;

  /** Woken by a selection that is not confirmed yet. */
  boolean waking;

  /** Its SA died with an earlier life of the plane: it holds, until its owner takes it away. */
  boolean burnt;

  /** Grows with every put and selection; of equals the last one wins. */
  long order;

  /** Null where the plane is not known yet, refuses the selectors, or has no such policies. */
  Place place;

  String problem = "";

  Claim(Policy policy, long order) {
    this.key = Key.of(policy);
    this.policy = policy;
    this.order = order;
    this.awake = !(policy.action() instanceof PolicyAction.Protect);
  }

  boolean protects() {
    return policy.action() instanceof PolicyAction.Protect;
  }

  /** A claim that fills a gap and gives way to every other: it collides with nobody. */
  boolean filler() {
    return fills(policy);
  }

  static boolean fills(Policy policy) {
    return policy.action() instanceof PolicyAction.Hold
        && policy.priority() < Policy.Priorities.HOLD;
  }

  /** What it wants of its place. A burnt one wants that nothing passes. */
  Programmed wish() {
    return burnt
        ? new Programmed(policy.selectors(), Policy.Priorities.HOLD, new PolicyAction.Hold())
        : new Programmed(policy.selectors(), policy.priority(), policy.action());
  }

  /** Burnt ones stand below everything. */
  int rank() {
    return burnt ? Integer.MIN_VALUE : policy.priority();
  }

  boolean counts() {
    return awake || burnt;
  }
}
