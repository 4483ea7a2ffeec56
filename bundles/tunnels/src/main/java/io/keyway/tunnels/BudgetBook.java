package io.keyway.tunnels;

import io.keyway.api.plane.RowNeeds;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The rows of one plane's tables, and what they are promised to. */
final class BudgetBook {

  /**
   * What one tunnel or policy takes of one plane.
   *
   * @param gateway whose pairs share rows; of no meaning without pairs
   * @param pairs of SAs
   * @param places by their keys on the plane: who has the same place has the same rows
   */
  record Taken(String plane, String gateway, int pairs, Set<String> places) {}

  private final String plane;
  private final Map<String, Long> sizes = new TreeMap<>();
  private final Map<String, Integer> pairsOfGateway = new HashMap<>();
  private final Map<String, Integer> places = new HashMap<>();
  private final Set<String> refused = new LinkedHashSet<>();
  private RowNeeds needs = RowNeeds.NONE;
  private long pairs;

  BudgetBook(String plane) {
    this.plane = plane;
  }

  /** True when something is news; tables that are not named keep their sizes. */
  boolean learn(Map<String, Long> now, RowNeeds rows) {
    boolean news = !needs.equals(rows);
    needs = rows;
    for (Map.Entry<String, Long> table : now.entrySet()) {
      news |= !table.getValue().equals(sizes.put(table.getKey(), table.getValue()));
    }
    return news;
  }

  /** Nobody has anything. */
  void clear() {
    pairs = 0;
    pairsOfGateway.clear();
    places.clear();
  }

  void add(Taken taken, int sign) {
    pairs += (long) sign * taken.pairs();
    for (String place : taken.places()) {
      places.merge(place, sign, Integer::sum);
      places.remove(place, 0);
    }
    if (taken.pairs() > 0) {
      pairsOfGateway.merge(taken.gateway(), sign * taken.pairs(), Integer::sum);
      pairsOfGateway.remove(taken.gateway(), 0);
    }
  }

  private long rows(String table) {
    return pairs * needs.pair().getOrDefault(table, 0)
        + (long) places.size() * needs.place().getOrDefault(table, 0)
        + (long) pairsOfGateway.size() * needs.peer().getOrDefault(table, 0);
  }

  /** Why this does not fit beside what is there; empty when it does. */
  Optional<String> lacking(Taken more) {
    for (Map.Entry<String, Long> table : sizes.entrySet()) {
      String name = table.getKey();
      long before = rows(name);
      add(more, 1);
      long after = rows(name);
      add(more, -1);
      int pair = needs.pair().getOrDefault(name, 0);
      long kept = pair * RowNeeds.keptForRekeys(table.getValue());
      if (after > before && after + kept > table.getValue()) {
        return Optional.of(
            "FULL: table "
                + name
                + " of data plane "
                + plane
                + " has "
                + table.getValue()
                + " rows, of which the tunnels and policies that are configured take "
                + before
                + (kept > 0 ? " and rekeys need " + kept : "")
                + ", and this one needs "
                + (after - before)
                + "; remove others, or move some to another data plane");
      }
    }
    return Optional.empty();
  }

  void refused(String tunnel) {
    refused.add(tunnel);
  }

  void admitted(String tunnel) {
    refused.remove(tunnel);
  }

  /** Tunnels that found no room, in the order in which they came. */
  List<String> refused() {
    return List.copyOf(refused);
  }
}
