package io.keyway.tunnels;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.api.plane.RowNeeds;
import io.keyway.tunnels.plan.TunnelPlan;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the configured tunnels take of each plane's tables when all of them are up, so that one that
 * can never fit is refused by name when it is configured, and not found out when a rekey fails. Who
 * was there first keeps his rows; who was refused is looked at again when another goes.
 */
final class Budget {

  /** What one tunnel takes of one plane. */
  private record Taken(String plane, String gateway, int pairs, int places) {}

  /** One plane. */
  private static final class Book {
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<String, Integer> pairsOfGateway = new HashMap<>();
    private final Set<String> refused = new LinkedHashSet<>();
    private RowNeeds needs = RowNeeds.NONE;
    private long pairs;
    private long places;

    private void add(Taken taken, int sign) {
      pairs += (long) sign * taken.pairs();
      places += (long) sign * taken.places();
      if (taken.pairs() > 0) {
        pairsOfGateway.merge(taken.gateway(), sign * taken.pairs(), Integer::sum);
        pairsOfGateway.remove(taken.gateway(), 0);
      }
    }

    private long rows(String table) {
      return pairs * needs.pair().getOrDefault(table, 0)
          + places * needs.place().getOrDefault(table, 0)
          + (long) pairsOfGateway.size() * needs.peer().getOrDefault(table, 0);
    }

    /** Why this does not fit beside what is there; empty when it does. */
    private Optional<String> lacking(Taken more) {
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
                  + more.plane()
                  + " has "
                  + table.getValue()
                  + " rows, of which the tunnels that are configured take "
                  + before
                  + (kept > 0 ? " and rekeys need " + kept : "")
                  + ", and this one needs "
                  + (after - before)
                  + "; remove other tunnels, or move some to another data plane");
        }
      }
      return Optional.empty();
    }
  }

  private final Map<String, Book> books = new HashMap<>();
  private final Map<String, Taken> taken = new HashMap<>();

  /** Takes what a plan needs, or turns the plan into a refusal that says what is full. */
  TunnelPlan claim(String tunnel, TunnelPlan plan, DataPlane plane) {
    drop(tunnel);
    if (plan.verdict() != TunnelPlan.Verdict.READY || plane == null) {
      return plan;
    }
    Book book = books.computeIfAbsent(plane.name(), name -> new Book());
    book.needs = plane.rowNeeds();
    // A plane that is away tells no sizes; those of its last contact hold until the next.
    for (TableUse use : plane.status().tables()) {
      book.sizes.put(use.table(), use.size());
    }
    Taken all =
        new Taken(plane.name(), plan.gateway(), plan.children().size(), plan.places().size());
    Optional<String> lacking = book.lacking(all);
    if (lacking.isEmpty()) {
      take(tunnel, book, all);
      return plan;
    }
    book.refused.add(tunnel);
    Taken holds = new Taken(plane.name(), plan.gateway(), 0, plan.places().size());
    if (book.lacking(holds).isEmpty()) {
      take(tunnel, book, holds);
      return plan.refused(true, lacking.get());
    }
    return plan.holding(plan.plane(), List.of())
        .refused(
            false, lacking.get() + "; there is no room to hold its traffic: it passes in CLEAR");
  }

  private void take(String tunnel, Book book, Taken what) {
    book.add(what, 1);
    taken.put(tunnel, what);
  }

  private void drop(String tunnel) {
    Taken before = taken.remove(tunnel);
    if (before != null) {
      books.get(before.plane()).add(before, -1);
    }
    books.values().forEach(book -> book.refused.remove(tunnel));
  }

  /** Gives a tunnel's rows up; returns those who were refused for want of them. */
  List<String> release(String tunnel) {
    Taken before = taken.get(tunnel);
    drop(tunnel);
    return before == null ? List.of() : List.copyOf(books.get(before.plane()).refused);
  }
}
