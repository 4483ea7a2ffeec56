package io.keyway.ike.engine.eap;

import io.keyway.api.Result;
import java.util.concurrent.CompletableFuture;

/** Our certificate for EAP-TLS, and the rules for the peer's. */
public interface TlsParties {

  /**
   * Gets one end ready. Completes on a thread that may take its time.
   *
   * @param server whether we answer
   */
  CompletableFuture<Result<TlsParty>> open(boolean server);
}
