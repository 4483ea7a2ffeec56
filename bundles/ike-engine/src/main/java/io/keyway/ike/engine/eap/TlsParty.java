package io.keyway.ike.engine.eap;

import io.keyway.api.Outcome;
import io.keyway.ike.crypto.tls.TlsEndpoint;
import java.util.concurrent.CompletableFuture;

/** One end of a TLS handshake inside EAP, and what is asked about the peer's certificates. */
public interface TlsParty {
  TlsEndpoint tls();

  /** Whether the peer showed certificates that are good otherwise. */
  boolean hasJudged();

  /** Whether these were revoked; may ask others, so it is asked only after {@link #hasJudged}. */
  CompletableFuture<Outcome> revocation();
}
