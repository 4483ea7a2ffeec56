package io.keyway.it.interop.engine;

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
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A security association database that installs nothing and writes everything down. */
final class RecordingSad implements SadService {

  private final KeyLog log;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, SpiLease> leases = new ConcurrentHashMap<>();
  private final Map<SaId, SecurityAssociation> installed = new ConcurrentHashMap<>();
  private final List<Consumer<SadEvent>> listeners = new CopyOnWriteArrayList<>();

  RecordingSad(KeyLog log) {
    this.log = log;
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    while (true) {
      long value = 0xd000_0000L | random.nextInt(0x0fff_ffff);
      SpiLease lease = new SpiLease(plane, new Spi(value), value & 0xff_ffff, new Generation(1));
      if (leases.putIfAbsent(value, lease) == null) {
        return CompletableFuture.completedFuture(Result.ok(lease));
      }
    }
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    leases.remove(lease.spi().value());
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    try (keys) {
      if (installed.putIfAbsent(sa.id(), sa) != null) {
        return CompletableFuture.completedFuture(
            Outcome.conflict("SA " + sa.id() + " is there already"));
      }
      log.added(sa, keys);
    }
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.refused("this plane cannot move SAs"));
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    SecurityAssociation gone = installed.remove(sa);
    if (gone == null) {
      return CompletableFuture.completedFuture(Outcome.absent("no SA " + sa));
    }
    log.removed(gone);
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return List.of();
  }

  @Override
  public List<Entry> entries() {
    return installed.values().stream()
        .map(sa -> new Entry(sa, "installed", new Generation(1)))
        .toList();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
