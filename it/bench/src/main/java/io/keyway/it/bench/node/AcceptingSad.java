package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.sa.Direction;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Remembers the SPIs of the SAs that there are, and nothing else: what an SA takes in the real
 * database is not the engine's.
 */
final class AcceptingSad implements SadService {
  private static final Generation GENERATION = new Generation(1);

  private final AtomicLong next = new AtomicLong(0x1000);
  private final Set<Long> installed = ConcurrentHashMap.newKeySet();

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
    boolean isNew = installed.add(key(sa.id()));
    return CompletableFuture.completedFuture(
        isNew ? Outcome.ok() : Outcome.conflict("SA " + sa.id() + " is there already"));
  }

  /** There is one peer, so SPI and direction tell all SAs apart. */
  private static long key(SaId sa) {
    return sa.spi().value() << 1 | (sa.direction() == Direction.INBOUND ? 1 : 0);
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
    boolean there = installed.remove(key(sa));
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
    return List.of();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    return () -> {};
  }
}
