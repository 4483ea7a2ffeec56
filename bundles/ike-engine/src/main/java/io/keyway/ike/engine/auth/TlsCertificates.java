package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.Identity;
import io.keyway.ike.crypto.cert.Chains;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.crypto.cert.RevocationPolicy;
import io.keyway.ike.crypto.sign.Signatures;
import io.keyway.ike.crypto.tls.TlsEndpoint;
import io.keyway.ike.crypto.tls.TlsIdentity;
import io.keyway.ike.crypto.tls.TlsJudge;
import io.keyway.ike.engine.eap.TlsParties;
import io.keyway.ike.engine.eap.TlsParty;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Certificates of EAP-TLS, by the same rules as those of IKE: chain, name, revocation. */
final class TlsCertificates implements TlsParties {
  /** Alerts of RFC 8446 section 6.2. */
  private static final int UNKNOWN_CA = 48;

  private static final int CERTIFICATE_UNKNOWN = 46;
  private static final int MOST_CERTIFICATES = 12;

  private final CredentialStore store;
  private final Executor blocking;
  private final Clock clock;
  private final Signatures signatures;
  private final Revocation revocation;
  private final SecureRandom random;
  private final CertificateSettings settings;
  private final Supplier<Optional<Identity>> peer;

  /**
   * For one conversation.
   *
   * @param peer whom the peer's certificate must name, asked when it shows one
   */
  TlsCertificates(
      CredentialStore store,
      Executor blocking,
      Clock clock,
      Signatures signatures,
      Revocation revocation,
      SecureRandom random,
      CertificateSettings settings,
      Supplier<Optional<Identity>> peer) {
    this.store = store;
    this.blocking = blocking;
    this.clock = clock;
    this.signatures = signatures;
    this.revocation = revocation;
    this.random = random;
    this.settings = settings;
    this.peer = peer;
  }

  @Override
  public CompletableFuture<Result<TlsParty>> open(boolean server) {
    return store
        .own(settings.certificate(), settings.privateKey())
        .thenCombineAsync(
            store.trust(settings.authorities()),
            (own, trust) -> {
              if (!own.done()) {
                return Result.failed(own.outcome());
              }
              return trust.done()
                  ? open(server, own.value().get(), trust.value().get())
                  : Result.failed(trust.outcome());
            },
            blocking);
  }

  private Result<TlsParty> open(boolean server, OwnCredential own, Trust trust) {
    Judgement judgement = new Judgement(trust);
    List<X509Certificate> chain =
        new OwnCertificate(signatures, settings).chain(own, trust.known());
    TlsIdentity identity = new TlsIdentity(chain, own.key(), trust.anchors());
    try {
      return Result.ok(
          new Party(
              server
                  ? TlsEndpoint.server(random, identity, judgement, true)
                  : TlsEndpoint.client(random, identity, judgement, true),
              judgement));
    } catch (IOException | RuntimeException e) {
      return Result.failed(
          Outcome.refused(
              "TLS cannot begin with certificate '"
                  + settings.certificate()
                  + "': "
                  + e.getClass().getSimpleName()));
    }
  }

  private record Party(TlsEndpoint tls, Judgement judgement) implements TlsParty {
    @Override
    public boolean hasJudged() {
      return judgement.good != null;
    }

    @Override
    public CompletableFuture<Outcome> revocation() {
      return judgement.revocation();
    }

    /** Neither keys nor names. */
    @Override
    public String toString() {
      return "Party";
    }
  }

  /** What was found about the peer. */
  private final class Judgement implements TlsJudge {
    private final Trust trust;
    private volatile Chains.Result.Trusted good;
    private String who = "the peer";

    Judgement(Trust trust) {
      this.trust = trust;
    }

    @Override
    public Optional<Rejection> judge(List<X509Certificate> given) {
      Optional<Identity> wanted = peer.get();
      if (wanted.isEmpty()) {
        return rejected(CERTIFICATE_UNKNOWN, "its name is none that a certificate could have");
      }
      who = "peer '" + wanted.get() + "'";
      if (given.size() > MOST_CERTIFICATES) {
        return rejected(CERTIFICATE_UNKNOWN, who + " sent more than " + MOST_CERTIFICATES);
      }
      X509Certificate leaf = given.get(0);
      List<X509Certificate> intermediates = new ArrayList<>(given.subList(1, given.size()));
      intermediates.addAll(trust.known());
      Chains.Result result =
          Chains.validate(leaf, intermediates, trust.anchors(), clock.instant(), signatures);
      if (result instanceof Chains.Result.Untrusted untrusted) {
        return rejected(UNKNOWN_CA, who + " is not trusted: " + untrusted.reason());
      }
      Optional<String> name = NameCheck.problem(leaf, wanted.get());
      if (name.isPresent()) {
        return rejected(CERTIFICATE_UNKNOWN, who + " is not who it says: its " + name.get());
      }
      good = (Chains.Result.Trusted) result;
      return Optional.empty();
    }

    private Optional<Rejection> rejected(int alert, String reason) {
      return Optional.of(new Rejection(alert, reason));
    }

    CompletableFuture<Outcome> revocation() {
      RevocationPolicy policy =
          new RevocationPolicy(
              RevocationPolicy.Level.valueOf(settings.revocation().name()),
              new HashSet<>(settings.revocationHosts()));
      return revocation
          .problem(good, policy, trust.lists())
          .thenApply(
              problem ->
                  problem
                      .map(
                          p ->
                              Outcome.refused(
                                  "authentication failed: EAP-TLS: "
                                      + who
                                      + " is not trusted: "
                                      + p))
                      .orElseGet(Outcome::ok));
    }
  }
}
