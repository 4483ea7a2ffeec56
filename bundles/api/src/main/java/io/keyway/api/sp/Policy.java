package io.keyway.api.sp;

import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import java.util.Objects;

/**
 * One claim to a place in the policy database of one plane. Claims with the same plane, direction
 * and selectors form a stack; the highest is programmed.
 *
 * @param child who claims; a child has at most one claim per plane, direction and selectors
 * @param priority higher wins; see {@link Priorities}
 */
public record Policy(
    ChildId child,
    String plane,
    Direction direction,
    SelectorPair selectors,
    int priority,
    PolicyAction action) {

  public Policy {
    Objects.requireNonNull(child, "child");
    Objects.requireNonNull(plane, "plane");
    Objects.requireNonNull(direction, "direction");
    Objects.requireNonNull(selectors, "selectors");
    Objects.requireNonNull(action, "action");
  }

  /** Usual priorities, lowest first. */
  public static final class Priorities {
    /**
     * What can be held of a tunnel that cannot be carried out. It gives way to every other claim,
     * and collides with none, so that a mistake in one tunnel does not disturb another.
     */
    public static final int FILL = 50;

    /** A configured tunnel that is not up: its packets wait. */
    public static final int HOLD = 100;

    /** A configured tunnel that waits for traffic. */
    public static final int TRAP = 200;

    /** An established child. */
    public static final int PROTECT = 1000;

    /** Policies that the operator wrote; their own priority is added. */
    public static final int STATIC = 10_000;

    private Priorities() {}
  }
}
