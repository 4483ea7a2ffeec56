package io.keyway.api.ike;

import io.keyway.api.Outcome;
import java.util.List;
import java.util.Objects;

/**
 * Answer to initiate, rekey and terminate.
 *
 * @param outcome done, or why not, in words an operator can act on
 * @param children the children concerned, as they are now
 */
public record ChildResult(Outcome outcome, List<ChildSaStatus> children) {
  public ChildResult {
    Objects.requireNonNull(outcome, "outcome");
    children = List.copyOf(children);
  }

  public static ChildResult of(Outcome outcome) {
    return new ChildResult(outcome, List.of());
  }
}
