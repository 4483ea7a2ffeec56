package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which children have claims, and nothing else. */
final class AcceptingSpd implements SpdService {
  private final Set<ChildId> claims = ConcurrentHashMap.newKeySet();

  @Override
  public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    claims.add(policy.child());
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(
        claims.contains(child) ? Outcome.ok() : Outcome.absent("no policy of " + child));
  }

  @Override
  public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(
        claims.remove(child) ? Outcome.ok() : Outcome.absent("no policy of " + child));
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
    return List.of();
  }
}
