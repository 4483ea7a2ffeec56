package io.keyway.ike.engine.sa;

import io.keyway.api.sa.IpsecMode;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.SelectorTemplate;
import java.util.List;
import java.util.stream.Stream;

/**
 * A child that replaces another must not protect less than it (RFC 7296 section 2.9.2): what falls
 * out would be dropped, or worse, from one packet to the next.
 */
final class RekeyScope {
  private RekeyScope() {}

  /** Whether something that the old child selects is in none of these pairs. */
  static boolean isNarrower(ChildSa old, List<SelectorPair> pairs) {
    return !follows(old)
        && !old.pairs().stream()
            .allMatch(
                had ->
                    pairs.stream()
                        .anyMatch(
                            now ->
                                now.local().contains(had.local())
                                    && now.remote().contains(had.remote())));
  }

  /** Selectors that stand for an end's address become others when that end moves. */
  private static boolean follows(ChildSa old) {
    return old.mode() == IpsecMode.TRANSPORT
        || Stream.concat(old.config().localTs().stream(), old.config().remoteTs().stream())
            .anyMatch(SelectorTemplate::isDynamic);
  }
}
