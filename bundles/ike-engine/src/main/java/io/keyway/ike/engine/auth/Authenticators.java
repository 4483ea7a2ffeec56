package io.keyway.ike.engine.auth;

import io.keyway.api.Result;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.cert.Fetcher;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.engine.eap.EapMethods;
import io.keyway.ike.engine.eap.StandardMethods;
import io.keyway.ike.engine.resume.Standing;
import io.keyway.ike.message.Payload;
import java.security.SecureRandom;
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
  private final SecureRandom random;
  private final Marks marks;

  /**
   * For an engine.
   *
   * @param secrets the store as it is now
   * @param blocking where reading files and checking signatures may take its time
   * @param fetcher for CRLs and OCSP
   * @param random for challenges
   */
  public Authenticators(
      Supplier<Optional<SecretStore>> secrets,
      Executor blocking,
      Clock clock,
      IkeCrypto crypto,
      Fetcher fetcher,
      SecureRandom random) {
    this.blocking = blocking;
    this.clock = clock;
    this.crypto = crypto;
    store = new CredentialStore(secrets, blocking, crypto.signatures(), clock);
    revocation = new Revocation(fetcher, clock);
    this.random = random;
    marks = new Marks(store, revocation, clock);
  }

  /** A post-quantum pre-shared key, which the caller owns. */
  public CompletableFuture<Result<SecretBytes>> ppk(String secret) {
    return store.sharedKey(secret, SecretStore.Kind.PPK);
  }

  /**
   * For one run of IKE_AUTH.
   *
   * @param peer who the peer says it is, or who we expect; empty when that is open
   */
  public AuthSession session(Authentication how, Optional<Identity> peer) {
    List<AuthenticationRound> ours = how.localRounds();
    List<AuthenticationRound> theirs = how.remoteRounds();
    List<Optional<Authenticator>> local = new ArrayList<>();
    ours.forEach(round -> local.add(authenticator(round, peer)));
    List<Optional<Authenticator>> remote = new ArrayList<>();
    theirs.forEach(
        // One that serves both sides fetches what they share only once.
        round ->
            remote.add(
                ours.size() == 1 && theirs.size() == 1 && round.method() == ours.get(0).method()
                    ? local.get(0)
                    : authenticator(round, peer)));
    return new AuthSession(requests(how), this::eapMethods, ours, theirs, local, remote);
  }

  /**
   * Whether the credentials that a peer proved itself with before are still good.
   *
   * @param peer who it said it was
   */
  public CompletableFuture<Boolean> stands(Authentication how, Identity peer, Standing standing) {
    return marks.stand(how, peer, standing);
  }

  private EapMethods eapMethods(AuthenticationRound round, Supplier<Optional<Identity>> responder) {
    return new StandardMethods(
        store::eapPassword,
        random,
        peer ->
            new TlsCertificates(
                store,
                blocking,
                clock,
                crypto.signatures(),
                revocation,
                random,
                round.certificates(),
                peer),
        responder,
        blocking);
  }

  /** None for EAP, which is a conversation. */
  private Optional<Authenticator> authenticator(
      AuthenticationRound round, Optional<Identity> peer) {
    return switch (round.method()) {
      case PRE_SHARED_KEY -> Optional.of(new PreSharedKey(store, round.secret(), peer));
      case CERTIFICATE ->
          Optional.of(
              new CertificateAuthenticator(
                  store, blocking, clock, crypto.signatures(), revocation, round.certificates()));
      case EAP -> Optional.empty();
    };
  }

  /** Loads what a connection will need, so that nobody has to wait for it. */
  public void prepare(Authentication how) {
    wanted(how).ifPresent(settings -> store.trustNow(settings.authorities()));
  }

  /** What a certificate of the peer is judged by; empty when it needs none. */
  private static Optional<CertificateSettings> wanted(Authentication how) {
    return how.remoteRounds().stream()
        .filter(round -> round.method() == Method.CERTIFICATE)
        .map(AuthenticationRound::certificates)
        .findFirst();
  }

  /** CERTREQ for IKE_AUTH as initiator. */
  private Supplier<CompletableFuture<List<Payload>>> requests(Authentication how) {
    Optional<CertificateSettings> settings = wanted(how);
    return () ->
        settings.isEmpty()
            ? CompletableFuture.completedFuture(List.of())
            : store
                .trust(settings.get().authorities())
                .thenApply(
                    trust ->
                        List.of(
                            Trust.request(trust.value().map(Trust::anchors).orElse(List.of()))));
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
