package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretName;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.Octets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Method 2 (RFC 7296 section 2.15). The key is fetched once for both directions. */
final class PreSharedKey implements Authenticator {
  private final CredentialStore store;
  private final Optional<String> name;
  private final String configured;
  private SecretBytes key;
  private boolean closed;

  /**
   * For one peer.
   *
   * @param configured may stand for one name per peer
   * @param peer who it says it is, or who we expect
   */
  PreSharedKey(CredentialStore store, String configured, Optional<Identity> peer) {
    this.store = store;
    this.configured = configured;
    name = SecretName.of(configured, peer.map(Identity::toString).orElse(""));
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
                              + name.orElse(configured)
                              + "' on both ends"));
            })
        .thenApply(Result::outcome);
  }

  @Override
  public synchronized byte[] mark() {
    return key == null || closed ? Marks.UNTOLD : Marks.of(key);
  }

  private <T> CompletableFuture<Result<T>> withKey(Function<SecretBytes, Result<T>> use) {
    synchronized (this) {
      if (key != null) {
        return CompletableFuture.completedFuture(used(use));
      }
    }
    if (name.isEmpty()) {
      return CompletableFuture.completedFuture(
          Result.failed(
              Outcome.refused(
                  "no secret can be named '"
                      + configured
                      + "' with the peer's identity in the place of *; name one of the secret"
                      + " store")));
    }
    return store
        .sharedKey(name.get(), Kind.PRE_SHARED_KEY)
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
