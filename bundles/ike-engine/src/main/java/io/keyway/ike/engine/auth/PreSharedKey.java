package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.Octets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Method 2 (RFC 7296 section 2.15). The key is fetched once for both directions. */
final class PreSharedKey implements Authenticator {
  private final CredentialStore store;
  private final String name;
  private SecretBytes key;
  private boolean closed;

  PreSharedKey(CredentialStore store, String name) {
    this.store = store;
    this.name = name;
  }

  @Override
  public CompletableFuture<Result<Proof>> prove(Claim claim) {
    return withKey(
        psk ->
            Result.ok(
                new Proof(
                    new AuthPayload(
                        AuthMethod.SHARED_KEY,
                        Octets.copyOf(PskAuth.compute(claim.prf(), psk, claim.octets()))),
                    List.of())));
  }

  @Override
  public CompletableFuture<Outcome> verify(Evidence evidence) {
    if (evidence.auth().method() != AuthMethod.SHARED_KEY) {
      return CompletableFuture.completedFuture(
          Outcome.refused(
              "peer '"
                  + evidence.identity()
                  + "' wants to authenticate by "
                  + AuthMethod.name(evidence.auth().method())
                  + ", only pre-shared keys are configured for it"));
    }
    return this.<Boolean>withKey(
            psk -> {
              byte[] expected = PskAuth.compute(evidence.prf(), psk, evidence.octets());
              return PskAuth.matches(expected, evidence.auth().data().toArray())
                  ? Result.ok(true)
                  : Result.failed(
                      Outcome.refused(
                          "authentication failed: peer "
                              + evidence.address()
                              + " calls itself '"
                              + evidence.identity()
                              + "', but does not have our pre-shared key; check secret '"
                              + name
                              + "' on both ends"));
            })
        .thenApply(Result::outcome);
  }

  private <T> CompletableFuture<Result<T>> withKey(Function<SecretBytes, Result<T>> use) {
    synchronized (this) {
      if (key != null) {
        return CompletableFuture.completedFuture(used(use));
      }
    }
    return store
        .preSharedKey(name)
        .thenApply(
            result -> {
              if (!result.done()) {
                return Result.failed(result.outcome());
              }
              synchronized (this) {
                if (closed || key != null) {
                  result.value().get().close();
                } else {
                  key = result.value().get();
                }
                return used(use);
              }
            });
  }

  private synchronized <T> Result<T> used(Function<SecretBytes, Result<T>> use) {
    return closed
        ? Result.failed(Outcome.unavailable("the IKE SA ended meanwhile"))
        : use.apply(key);
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (key != null) {
      key.close();
    }
  }
}
