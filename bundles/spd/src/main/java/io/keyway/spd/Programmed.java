package io.keyway.spd;

import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;

/** What a place of a plane does, or should do. */
record Programmed(SelectorPair selectors, int priority, PolicyAction action) {

  /** Drops packets, with or without telling. */
  boolean drops() {
    return action instanceof PolicyAction.Hold
        || action instanceof PolicyAction.Trap
        || action instanceof PolicyAction.Discard;
  }
}
