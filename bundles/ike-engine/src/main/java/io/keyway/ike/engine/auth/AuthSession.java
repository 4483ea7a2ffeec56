package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.Authentication;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One run of IKE_AUTH: our proof and the peer's. Futures complete on any thread. */
public final class AuthSession implements AutoCloseable {
  private final Authenticators authenticators;
  private final Authentication how;
  private final Authenticator local;
  private final Authenticator remote;

  AuthSession(
      Authenticators authenticators,
      Authentication how,
      Authenticator local,
      Authenticator remote) {
    this.authenticators = authenticators;
    this.how = how;
    this.local = local;
    this.remote = remote;
  }

  public CompletableFuture<Result<Proof>> prove(Claim claim) {
    return local.prove(claim);
  }

  public CompletableFuture<Outcome> verify(Evidence evidence) {
    return remote.verify(evidence);
  }

  /** What we ask the peer for in IKE_AUTH as initiator. */
  public CompletableFuture<List<Payload>> requests() {
    return authenticators.requests(how);
  }

  /** Wipes what was fetched for this run; idempotent. */
  @Override
  public void close() {
    local.close();
    remote.close();
  }
}
