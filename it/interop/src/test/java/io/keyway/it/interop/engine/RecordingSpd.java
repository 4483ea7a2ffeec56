package io.keyway.it.interop.engine;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A policy database that programs nothing and writes down which claims are awake. */
final class RecordingSpd implements SpdService {

  private final KeyLog log;
  private final Map<Policy, Boolean> awake = new LinkedHashMap<>();

  RecordingSpd(KeyLog log) {
    this.log = log;
  }

  @Override
  public synchronized CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    boolean asleep = policy.action() instanceof PolicyAction.Protect;
    if (awake.putIfAbsent(policy, !asleep) != null) {
      return CompletableFuture.completedFuture(Outcome.same());
    }
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public synchronized CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    List<Policy> mine = of(child);
    if (mine.isEmpty()) {
      return CompletableFuture.completedFuture(Outcome.absent("no policy of " + child));
    }
    for (Policy policy : mine) {
      if (!awake.put(policy, true)) {
        log.policy("add_policy", policy);
      }
    }
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public synchronized CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    List<Policy> mine = of(child);
    for (Policy policy : mine) {
      if (awake.remove(policy)) {
        log.policy("del_policy", policy);
      }
    }
    return CompletableFuture.completedFuture(
        mine.isEmpty() ? Outcome.absent("no policy of " + child) : Outcome.ok());
  }

  private List<Policy> of(ChildId child) {
    return new ArrayList<>(awake.keySet().stream().filter(p -> p.child().equals(child)).toList());
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(Usage.ABSENT);
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public synchronized List<Entry> entries() {
    return awake.entrySet().stream()
        .map(e -> new Entry(e.getKey(), e.getValue(), e.getValue(), ""))
        .toList();
  }
}
