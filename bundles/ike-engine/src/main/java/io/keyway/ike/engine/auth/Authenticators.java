package io.keyway.ike.engine.auth;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.store.SecretStore;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.cert.Fetcher;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.message.Payload;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Makes the authenticators of one engine. May be used from any thread; never blocks. */
public final class Authenticators {
  private final CredentialStore store;
  private final Executor blocking;
  private final Clock clock;
  private final IkeCrypto crypto;
  private final Revocation revocation;

  /**
   * For an engine.
   *
   * @param secrets the store as it is now
   * @param blocking where reading files and checking signatures may take its time
   * @param fetcher for CRLs and OCSP
   */
  public Authenticators(
      Supplier<Optional<SecretStore>> secrets,
      Executor blocking,
      Clock clock,
      IkeCrypto crypto,
      Fetcher fetcher) {
    this.blocking = blocking;
    this.clock = clock;
    this.crypto = crypto;
    store = new CredentialStore(secrets, blocking, crypto.signatures(), clock);
    revocation = new Revocation(fetcher, clock);
  }

  /** For one run of IKE_AUTH. */
  public AuthSession session(Authentication how) {
    Authenticator local = authenticator(how.method(), how);
    Authenticator remote =
        how.remoteMethod() == how.method() ? local : authenticator(how.remoteMethod(), how);
    return new AuthSession(this, how, local, remote);
  }

  private Authenticator authenticator(Method method, Authentication how) {
    return switch (method) {
      case PRE_SHARED_KEY -> new PreSharedKey(store, how.secret());
      case CERTIFICATE ->
          new CertificateAuthenticator(
              store, blocking, clock, crypto.signatures(), revocation, how.certificates());
    };
  }

  /** Loads what a connection will need, so that nobody has to wait for it. */
  public void prepare(Authentication how) {
    if (how.remoteMethod() == Method.CERTIFICATE) {
      store.trustNow(how.certificates().authorities());
    }
  }

  /** CERTREQ for IKE_AUTH as initiator. */
  CompletableFuture<List<Payload>> requests(Authentication how) {
    CertificateSettings settings = how.certificates();
    return how.remoteMethod() == Method.CERTIFICATE
        ? store
            .trust(settings.authorities())
            .thenApply(
                trust ->
                    List.of(Trust.request(trust.value().map(Trust::anchors).orElse(List.of()))))
        : CompletableFuture.completedFuture(List.of());
  }

  /**
   * CERTREQ for the answer to IKE_SA_INIT, when it is not known yet who the peer is; from what is
   * known at this moment.
   *
   * @param authorities of the connections that may be meant and want a certificate; none: no
   *     CERTREQ
   */
  public List<Payload> requests(Collection<List<String>> authorities) {
    if (authorities.isEmpty()) {
      return List.of();
    }
    Set<X509Certificate> anchors = new LinkedHashSet<>();
    for (List<String> names : authorities) {
      store.trustNow(names).ifPresent(trust -> anchors.addAll(trust.anchors()));
    }
    return List.of(Trust.request(new ArrayList<>(anchors)));
  }
}
