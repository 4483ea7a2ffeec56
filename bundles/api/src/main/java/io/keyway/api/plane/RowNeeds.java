package io.keyway.api.plane;

import java.util.Map;

/**
 * Rows that things take in a data plane's tables, by the table names of {@link
 * PlaneStatus#tables()}; tables that are not named take none. Lets the databases admit only what
 * fits, and the keeper of tunnels refuse by name what never will.
 *
 * @param pair rows of a pair of SAs; while a rekey replaces a pair, both pairs stand
 * @param place rows of a place, whatever its policy is; a rekey changes them where they are
 * @param peer rows that all pairs between the same two addresses share
 */
public record RowNeeds(
    Map<String, Integer> pair, Map<String, Integer> place, Map<String, Integer> peer) {

  /** A plane whose tables have no ends that matter. */
  public static final RowNeeds NONE = new RowNeeds(Map.of(), Map.of(), Map.of());

  private static final long KEPT_PART = 16;
  private static final long MOST_KEPT = 64;

  public RowNeeds {
    pair = Map.copyOf(pair);
    place = Map.copyOf(place);
    peer = Map.copyOf(peer);
  }

  /**
   * Pairs that new tunnels leave room for in a table of this size, so that those that are there can
   * be rekeyed: make before break takes a second pair for a while. One would do; more go faster.
   */
  public static long keptForRekeys(long size) {
    return Math.max(1, Math.min(MOST_KEPT, size / KEPT_PART));
  }
}
