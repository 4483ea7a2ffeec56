package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** Gets pre-shared keys; the store may touch the disk, so never on a worker. */
final class Secrets {
  private Secrets() {}

  /** The key, which the caller owns, or why there is none. */
  static CompletableFuture<Result<SecretBytes>> preSharedKey(IkeSa sa, String name) {
    SecretStore store = sa.ctx().services().secrets().orElse(null);
    if (store == null) {
      return failed(Outcome.unavailable("waiting for service secrets"));
    }
    try {
      return sa.home(
          CompletableFuture.supplyAsync(() -> get(store, name), sa.ctx().workers().blocking()),
          problem ->
              Result.failed(
                  Outcome.unavailable("secret '" + name + "' could not be read: " + problem)));
    } catch (RejectedExecutionException e) {
      return failed(Outcome.unavailable("too many secrets are being read; try again"));
    }
  }

  private static Result<SecretBytes> get(SecretStore store, String name) {
    Optional<SecretBytes> secret = store.get(name, SecretStore.Kind.PRE_SHARED_KEY);
    if (secret.isEmpty()) {
      return Result.failed(
          Outcome.refused(
              "there is no pre-shared key named '" + name + "' in the secret store; put it there"));
    }
    if (secret.get().length() == 0) {
      return Result.failed(Outcome.refused("pre-shared key '" + name + "' is empty"));
    }
    return Result.ok(secret.get());
  }

  private static CompletableFuture<Result<SecretBytes>> failed(Outcome outcome) {
    return CompletableFuture.completedFuture(Result.failed(outcome));
  }
}
