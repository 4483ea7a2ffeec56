package io.keyway.it.interop.engine;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Passes everything on to the real database, and writes down what goes in and out. */
final class LoggingSad implements SadService {

  private final SadService real;
  private final KeyLog log;
  private final Map<SaId, SecurityAssociation> seen = new ConcurrentHashMap<>();

  LoggingSad(SadService real, KeyLog log) {
    this.real = real;
    this.log = log;
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    return real.reserve(plane, timeout);
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(
      String plane, Purpose purpose, Duration timeout) {
    return real.reserve(plane, purpose, timeout);
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    return real.release(lease);
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    // Before the call: afterwards the keys belong to the database, and are wiped.
    SaKeys copy = new SaKeys(keys.encryption().copy(), keys.integrity().copy());
    return real.add(sa, keys, timeout)
        .thenApply(
            outcome -> {
              try (copy) {
                if (outcome.done()) {
                  seen.put(sa.id(), sa);
                  log.added(sa, copy);
                }
              }
              return outcome;
            });
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    return real.move(sa, endpoints, timeout);
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    return real.usage(sas, timeout);
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    return real.remove(sa, timeout)
        .thenApply(
            outcome -> {
              SecurityAssociation gone = outcome.gone() ? seen.remove(sa) : null;
              if (gone != null) {
                log.removed(gone);
              }
              return outcome;
            });
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    return real.flush(owner, instance, timeout);
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return real.adopt(owner, newInstance);
  }

  @Override
  public List<Entry> entries() {
    return real.entries();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    return real.subscribe(listener);
  }
}
