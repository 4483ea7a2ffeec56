package io.keyway.tunnels;

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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** An SAD that can only be looked at and removed from. */
final class FakeSad implements SadService {

  final List<Entry> entries = new ArrayList<>();

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    boolean any = entries.removeIf(e -> e.sa().id().equals(sa));
    return CompletableFuture.completedFuture(any ? Outcome.ok() : Outcome.absent("no SA"));
  }

  @Override
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    return () -> {};
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    throw new UnsupportedOperationException();
  }
}
