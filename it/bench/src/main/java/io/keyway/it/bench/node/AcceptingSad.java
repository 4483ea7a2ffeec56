package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Remembers which SAs there are, and nothing else. */
final class AcceptingSad implements SadService {
  private static final Generation GENERATION = new Generation(1);

  private final AtomicLong next = new AtomicLong(0x1000);
  private final Map<SaId, SecurityAssociation> installed = new ConcurrentHashMap<>();

  /** How many SAs there are now; a tunnel has two. */
  int size() {
    return installed.size();
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    long spi = next.getAndIncrement();
    return CompletableFuture.completedFuture(
        Result.ok(new SpiLease(plane, new Spi(spi), spi, GENERATION)));
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    keys.close();
    boolean isNew = installed.putIfAbsent(sa.id(), sa) == null;
    return CompletableFuture.completedFuture(
        isNew ? Outcome.ok() : Outcome.conflict("SA " + sa.id() + " is there already"));
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.refused("nothing moves in a benchmark"));
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    boolean there = installed.remove(sa) != null;
    return CompletableFuture.completedFuture(there ? Outcome.ok() : Outcome.absent("no SA " + sa));
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    installed.clear();
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return List.of();
  }

  @Override
  public List<Entry> entries() {
    return installed.values().stream().map(sa -> new Entry(sa, "installed", GENERATION)).toList();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    return () -> {};
  }
}
