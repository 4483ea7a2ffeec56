package io.keyway.northbound.rules;

import io.keyway.northbound.config.EntryRef;
import java.util.Objects;
import java.util.Optional;

/**
 * What is wrong with an entry.
 *
 * @param entry the entry that would be wrong
 * @param node path of the wrong node below it; empty: the entry as such
 * @param reason what is wrong, and what to do
 * @param cause the entry that it should find but does not, or not as it needs it
 */
public record Problem(EntryRef entry, String node, String reason, Optional<EntryRef> cause) {

  public Problem {
    Objects.requireNonNull(entry, "entry");
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(cause, "cause");
  }

  public Problem(EntryRef entry, String node, String reason) {
    this(entry, node, reason, Optional.empty());
  }

  /** Path below {@code /keyway-ipsec:ipsec}. */
  public String path() {
    return node.isEmpty() ? entry.toString() : entry + "/" + node;
  }

  /** Path and reason. */
  @Override
  public String toString() {
    return path() + ": " + reason;
  }
}
