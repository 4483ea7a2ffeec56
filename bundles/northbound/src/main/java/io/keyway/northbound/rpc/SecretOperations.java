package io.keyway.northbound.rpc;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.northbound.Services;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Secrets go in, and are never seen again. */
public final class SecretOperations {

  private static final Outcome NO_STORE =
      Outcome.unavailable("the secret store is not there; is the bundle keyway-secrets started?");

  private final Services services;
  private final Executor executor;

  /**
   * @param executor where the store may wait for the disk
   */
  public SecretOperations(Services services, Executor executor) {
    this.services = services;
    this.executor = executor;
  }

  /** Ownership of {@code secret} passes. */
  public CompletionStage<Outcome> put(String name, SecretStore.Kind kind, SecretBytes secret) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (secret) {
            Optional<SecretStore> store = services.secrets.get();
            return store.isEmpty() ? NO_STORE : store.get().put(name, kind, secret.copy());
          }
        },
        executor);
  }

  public CompletionStage<Outcome> delete(String name) {
    return CompletableFuture.supplyAsync(
        () -> services.secrets.get().map(store -> store.remove(name)).orElse(NO_STORE), executor);
  }

  /** Fails when there is no store. */
  public CompletionStage<List<SecretStore.Listed>> list() {
    return CompletableFuture.supplyAsync(
        () ->
            services
                .secrets
                .get()
                .orElseThrow(() -> new IllegalStateException(NO_STORE.reason()))
                .list(),
        executor);
  }
}
