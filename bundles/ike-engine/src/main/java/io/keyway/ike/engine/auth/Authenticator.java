package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import java.util.concurrent.CompletableFuture;

/**
 * One method, for one run of IKE_AUTH. It may keep what it fetched until it is closed. Failures are
 * outcomes whose reason names cause and cure; they never say anything about keys.
 */
interface Authenticator extends AutoCloseable {

  /** Our AUTH payload and what goes with it. */
  CompletableFuture<Result<Proof>> prove(Claim claim);

  /** Whether the peer is who it says it is; REFUSED when not, UNAVAILABLE when nobody can tell. */
  CompletableFuture<Outcome> verify(Evidence evidence);

  /** What the credentials leave behind that the peer was verified with; empty for nothing. */
  default byte[] mark() {
    return new byte[0];
  }

  @Override
  void close();
}
