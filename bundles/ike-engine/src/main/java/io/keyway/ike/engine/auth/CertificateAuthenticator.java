package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.crypto.sign.Signatures;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Methods 1, 9 to 11 and 14: signatures with X.509 certificates (RFC 7296, 4754, 7427, 8420). */
final class CertificateAuthenticator implements Authenticator {
  private final CredentialStore store;
  private final Executor blocking;
  private final Clock clock;
  private final CertificateSettings settings;
  private final OwnCertificate own;
  private final PeerCertificate peer;

  CertificateAuthenticator(
      CredentialStore store,
      Executor blocking,
      Clock clock,
      Signatures signatures,
      Revocation revocation,
      CertificateSettings settings) {
    this.store = store;
    this.blocking = blocking;
    this.clock = clock;
    this.settings = settings;
    own = new OwnCertificate(signatures, settings);
    peer = new PeerCertificate(signatures, revocation, settings);
  }

  @Override
  public CompletableFuture<Result<Proof>> prove(Claim claim) {
    // Who cannot read what it trusts can still send its own certificate.
    CompletableFuture<Result<Trust>> trust = store.trust(List.of());
    return store
        .own(settings.certificate(), settings.privateKey())
        .thenCombineAsync(
            trust,
            (credential, known) ->
                credential.done()
                    ? own.prove(
                        credential.value().get(),
                        known.value().map(Trust::known).orElse(List.of()),
                        claim,
                        clock.instant())
                    : Result.failed(credential.outcome()),
            blocking);
  }

  @Override
  public CompletableFuture<Outcome> verify(Evidence evidence) {
    return store
        .trust(settings.authorities())
        .thenComposeAsync(
            trust ->
                trust.done()
                    ? peer.verify(trust.value().get(), evidence, clock.instant())
                    : CompletableFuture.completedFuture(trust.outcome()),
            blocking);
  }

  @Override
  public byte[] mark() {
    return peer.good().map(Marks::of).orElse(new byte[0]);
  }

  @Override
  public void close() {
    // Keys are shared with other runs and live as long as the store's copy of a moment.
  }
}
