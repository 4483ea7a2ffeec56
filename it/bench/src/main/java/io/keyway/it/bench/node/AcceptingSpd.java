package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which claims there are by child, and nothing else. */
final class AcceptingSpd implements SpdService {
  private final Map<ChildId, List<Policy>> claims = new ConcurrentHashMap<>();

  @Override
  public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    claims.compute(
        policy.child(),
        (child, known) -> {
          List<Policy> all = known == null ? new ArrayList<>(2) : known;
          all.add(policy);
          return all;
        });
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(
        claims.containsKey(child) ? Outcome.ok() : Outcome.absent("no policy of " + child));
  }

  @Override
  public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(
        claims.remove(child) != null ? Outcome.ok() : Outcome.absent("no policy of " + child));
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(Usage.ABSENT);
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    claims.clear();
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public List<Entry> entries() {
    return claims.values().stream()
        .flatMap(List::stream)
        .map(policy -> new Entry(policy, true, true, ""))
        .toList();
  }
}
