package io.keyway.ike.crypto.cert;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * Fetches CRLs and OCSP answers from addresses that stand in certificates, which strangers write.
 * Futures complete within a time limit; exceptionally with a reason for people as message. Answers
 * are bounded.
 */
public interface Fetcher {

  /** GET. */
  CompletableFuture<byte[]> get(URI address);

  /** POST of an OCSP request (RFC 6960 appendix A). */
  CompletableFuture<byte[]> ocsp(URI address, byte[] request);

  /** Fetches nothing. */
  Fetcher NONE =
      new Fetcher() {
        @Override
        public CompletableFuture<byte[]> get(URI address) {
          return CompletableFuture.failedFuture(new UnusableException("nothing is fetched here"));
        }

        @Override
        public CompletableFuture<byte[]> ocsp(URI address, byte[] request) {
          return get(address);
        }
      };
}
