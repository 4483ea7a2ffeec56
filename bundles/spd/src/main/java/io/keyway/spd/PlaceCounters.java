package io.keyway.spd;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the places of a child on one plane have sent, let in or held, asked of the plane. */
final class PlaceCounters {

  private final SpdTable table;
  private final SpdEnvironment environment;

  PlaceCounters(SpdTable table, SpdEnvironment environment) {
    this.table = table;
    this.environment = environment;
  }

  CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return counted(
        child, Direction.OUTBOUND, (plane, pairs) -> plane.policyUsage(pairs, timeout), timeout);
  }

  CompletionStage<Usage> received(ChildId child, Duration timeout) {
    return counted(
        child, Direction.INBOUND, (plane, pairs) -> plane.receivedUsage(pairs, timeout), timeout);
  }

  CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return counted(
        child, Direction.OUTBOUND, (plane, pairs) -> plane.heldUsage(pairs, timeout), timeout);
  }

  /** One of the questions to a plane about places. */
  @FunctionalInterface
  private interface Question {
    CompletionStage<Map<SelectorPair, Usage>> ask(DataPlane plane, Set<SelectorPair> pairs);
  }

  private CompletionStage<Usage> counted(
      ChildId child, Direction direction, Question question, Duration timeout) {
    Set<SelectorPair> selectors = new LinkedHashSet<>();
    DataPlane service;
    synchronized (table) {
      service = table.plane;
      Set<Place> counted = new LinkedHashSet<>();
      for (Claim claim : table.byChild.getOrDefault(Claim.ChildKey.of(child), Set.of())) {
        if (claim.key.direction() == direction && claim.place != null && counted.add(claim.place)) {
          Programmed programmed = claim.place.programmed;
          selectors.add(programmed == null ? claim.key.selectors() : programmed.selectors());
        }
      }
    }
    if (service == null || selectors.isEmpty() || !service.status().ready()) {
      return CompletableFuture.completedFuture(Usage.ABSENT);
    }
    return environment
        .planeCalls()
        .bounded(() -> question.ask(service, selectors), timeout)
        .handleAsync(
            (found, fault) ->
                fault != null || found == null
                    ? Usage.ABSENT
                    : selectors.stream()
                        .map(pair -> found.getOrDefault(pair, Usage.ABSENT))
                        .reduce(Usage.ABSENT, Usage::plus),
            environment.executor());
  }
}
