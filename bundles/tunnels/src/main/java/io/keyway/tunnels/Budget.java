package io.keyway.tunnels;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.tunnels.plan.TunnelPlan;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is configured takes of each plane's tables when all of it is up: tunnels, and the policies
 * that the operator wrote. What can never fit is refused by name when it is configured, and not
 * found out when a rekey fails. Who was there first keeps his rows; who was refused is looked at
 * again when another goes.
 */
final class Budget {

  private final Map<String, BudgetBook> books = new HashMap<>();
  private final Map<String, BudgetBook.Taken> tunnels = new HashMap<>();
  private final Map<String, BudgetBook.Taken> policies = new HashMap<>();

  /**
   * Looks at the sizes of a plane's tables. A plane that is away tells none; those of its last
   * contact hold until the next.
   *
   * @return true when they are others than before: everything on this plane has lost its rows, and
   *     has to claim them anew, in order
   */
  boolean learn(DataPlane plane) {
    BudgetBook book = books.computeIfAbsent(plane.name(), BudgetBook::new);
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (TableUse use : plane.status().tables()) {
      sizes.put(use.table(), use.size());
    }
    if (!book.learn(sizes, plane.rowNeeds())) {
      return false;
    }
    book.clear();
    tunnels.values().removeIf(taken -> taken.plane().equals(plane.name()));
    policies.values().removeIf(taken -> taken.plane().equals(plane.name()));
    return true;
  }

  /** Takes what a plan needs, or turns the plan into a refusal that says what is full. */
  TunnelPlan claim(String tunnel, TunnelPlan plan, DataPlane plane) {
    drop(tunnel);
    if (plan.verdict() != TunnelPlan.Verdict.READY || plane == null) {
      return plan;
    }
    BudgetBook book = books.computeIfAbsent(plane.name(), BudgetBook::new);
    BudgetBook.Taken all =
        new BudgetBook.Taken(
            plane.name(), plan.gateway(), plan.children().size(), plan.places().keySet());
    Optional<String> lacking = book.lacking(all);
    if (lacking.isEmpty()) {
      take(tunnels, tunnel, book, all);
      return plan;
    }
    book.refused(tunnel);
    BudgetBook.Taken holds =
        new BudgetBook.Taken(plane.name(), plan.gateway(), 0, plan.places().keySet());
    if (book.lacking(holds).isEmpty()) {
      take(tunnels, tunnel, book, holds);
      return plan.refused(true, lacking.get());
    }
    return plan.holding(plan.plane(), List.of())
        .refused(
            false, lacking.get() + "; there is no room to hold its traffic: it passes in CLEAR");
  }

  /**
   * Takes the rows of a policy that the operator wrote, in place of those that it has.
   *
   * @param place where it lies on its plane; a tunnel may have the same place, and the same rows
   * @return why there is no room, and then nothing has changed; empty when there is
   */
  Optional<String> claimPolicy(String policy, DataPlane plane, String place) {
    BudgetBook.Taken before = policies.remove(policy);
    if (before != null) {
      books.get(before.plane()).add(before, -1);
    }
    BudgetBook book = books.computeIfAbsent(plane.name(), BudgetBook::new);
    BudgetBook.Taken rows = new BudgetBook.Taken(plane.name(), "", 0, Set.of(place));
    Optional<String> lacking = book.lacking(rows);
    if (lacking.isEmpty()) {
      take(policies, policy, book, rows);
    } else if (before != null) {
      take(policies, policy, books.get(before.plane()), before);
    }
    return lacking;
  }

  private static void take(
      Map<String, BudgetBook.Taken> list, String name, BudgetBook book, BudgetBook.Taken what) {
    book.add(what, 1);
    list.put(name, what);
  }

  private void drop(String tunnel) {
    BudgetBook.Taken before = tunnels.remove(tunnel);
    if (before != null) {
      books.get(before.plane()).add(before, -1);
    }
    books.values().forEach(book -> book.admitted(tunnel));
  }

  /** Gives a tunnel's rows up; returns the tunnels that were refused for want of them. */
  List<String> release(String tunnel) {
    BudgetBook.Taken before = tunnels.get(tunnel);
    drop(tunnel);
    return before == null ? List.of() : books.get(before.plane()).refused();
  }

  /** Gives a policy's rows up; returns the tunnels that were refused for want of them. */
  List<String> releasePolicy(String policy) {
    BudgetBook.Taken before = policies.remove(policy);
    if (before == null) {
      return List.of();
    }
    BudgetBook book = books.get(before.plane());
    book.add(before, -1);
    return book.refused();
  }
}
