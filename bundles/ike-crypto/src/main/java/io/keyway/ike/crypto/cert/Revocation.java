package io.keyway.ike.crypto.cert;

import io.keyway.ike.crypto.cert.RevocationPolicy.Level;
import java.net.URI;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Whether a chain that leads to an authority was revoked meanwhile. Only chains that were judged
 * good come here, so a stranger cannot make us ask anybody.
 */
public final class Revocation {
  /** How far clocks may be apart. */
  static final long SKEW_SECONDS = 300;

  private static final Duration CRL_AGE = Duration.ofHours(1);
  private static final Duration OCSP_AGE = Duration.ofMinutes(10);
  private static final Duration FAILURE_AGE = Duration.ofSeconds(30);
  private static final int MOST_ADDRESSES = 3;

  private final Fetcher fetcher;
  private final Clock clock;
  private final AnswerCache cache;

  public Revocation(Fetcher fetcher, Clock clock) {
    this.fetcher = fetcher;
    this.clock = clock;
    this.cache = new AnswerCache(clock);
  }

  /**
   * What speaks against a chain; empty when nothing does.
   *
   * @param lists CRLs that the operator put there; those of other authorities are passed over
   */
  public CompletableFuture<Optional<String>> problem(
      Chains.Result.Trusted chain, RevocationPolicy policy, Collection<X509CRL> lists) {
    return problem(chain, 0, policy, lists);
  }

  private CompletableFuture<Optional<String>> problem(
      Chains.Result.Trusted chain, int index, RevocationPolicy policy, Collection<X509CRL> lists) {
    X509Certificate certificate =
        index < chain.path().size() ? chain.path().get(index) : chain.anchor();
    if (index == chain.path().size() || certificate.equals(chain.anchor())) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return status(certificate, chain.issuer(index), policy, lists)
        .thenCompose(
            status -> {
              Optional<String> problem = against(certificate, status, policy.level());
              return problem.isPresent()
                  ? CompletableFuture.completedFuture(problem)
                  : problem(chain, index + 1, policy, lists);
            });
  }

  private static Optional<String> against(
      X509Certificate certificate, RevocationStatus status, Level level) {
    String name = "certificate '" + Certificates.name(certificate) + "'";
    if (status instanceof RevocationStatus.Revoked revoked) {
      return Optional.of(name + " was revoked at " + revoked.since() + " (" + revoked.how() + ")");
    }
    if (status instanceof RevocationStatus.Unknown unknown
        && (level == Level.STRICT || level == Level.IFURI && unknown.addressed())) {
      return Optional.of(
          "it is not known whether "
              + name
              + " was revoked: "
              + unknown.reason()
              + "; revocation policy '"
              + level.name().toLowerCase(java.util.Locale.ROOT)
              + "' then refuses it");
    }
    return Optional.empty();
  }

  private CompletableFuture<RevocationStatus> status(
      X509Certificate certificate,
      X509Certificate issuer,
      RevocationPolicy policy,
      Collection<X509CRL> lists) {
    RevocationStatus local = local(certificate, issuer, lists);
    if (local instanceof RevocationStatus.Revoked) {
      return CompletableFuture.completedFuture(local);
    }
    List<URI> ocsp = Ocsp.addresses(certificate);
    List<URI> crl = Crls.addresses(certificate);
    List<Question> questions = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (URI uri : allowed(ocsp, policy, reasons)) {
      questions.add(() -> askOcsp(uri, certificate, issuer));
    }
    if (local instanceof RevocationStatus.Good) {
      questions.add(() -> CompletableFuture.completedFuture(local));
    }
    for (URI uri : allowed(crl, policy, reasons)) {
      questions.add(() -> askCrl(uri, certificate, issuer));
    }
    boolean addressed = !ocsp.isEmpty() || !crl.isEmpty();
    if (local instanceof RevocationStatus.Unknown unknown && !unknown.reason().isEmpty()) {
      reasons.add(unknown.reason());
    }
    return first(questions.iterator(), reasons, addressed);
  }

  /** Lists that were fetched and are still in use; not judged anew. */
  public List<X509CRL> fetchedLists() {
    return cache.values(X509CRL.class);
  }

  private interface Question {
    CompletableFuture<RevocationStatus> ask();
  }

  /** Asks one after the other until one knows. */
  private static CompletableFuture<RevocationStatus> first(
      Iterator<Question> questions, List<String> reasons, boolean addressed) {
    if (!questions.hasNext()) {
      String why =
          reasons.isEmpty()
              ? "it names no CRL and no OCSP responder, and x509crl has no CRL of its authority"
              : String.join(", ", reasons);
      return CompletableFuture.completedFuture(new RevocationStatus.Unknown(why, addressed));
    }
    return questions
        .next()
        .ask()
        .exceptionally(error -> new RevocationStatus.Unknown(message(error), true))
        .thenCompose(
            status -> {
              if (status instanceof RevocationStatus.Unknown unknown) {
                reasons.add(unknown.reason());
                return first(questions, reasons, addressed);
              }
              return CompletableFuture.completedFuture(status);
            });
  }

  private static String message(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static List<URI> allowed(List<URI> uris, RevocationPolicy policy, List<String> reasons) {
    List<URI> allowed = new ArrayList<>();
    for (URI uri : uris) {
      if (!policy.hosts().contains(Uris.place(uri))) {
        reasons.add(
            Uris.place(uri) + " is not among the hosts that may be asked (revocation-host)");
      } else if (allowed.size() < MOST_ADDRESSES) {
        allowed.add(uri);
      }
    }
    return allowed;
  }

  private RevocationStatus local(
      X509Certificate certificate, X509Certificate issuer, Collection<X509CRL> lists) {
    RevocationStatus best = new RevocationStatus.Unknown("", false);
    for (X509CRL crl : lists) {
      if (crl.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
        RevocationStatus status = Crls.status(crl, certificate, issuer, clock.instant());
        if (status instanceof RevocationStatus.Revoked) {
          return status;
        }
        best = best instanceof RevocationStatus.Good ? best : status;
      }
    }
    return best;
  }

  private CompletableFuture<RevocationStatus> askOcsp(
      URI uri, X509Certificate certificate, X509Certificate issuer) {
    return cache
        .get(
            "ocsp " + uri + " " + fingerprint(certificate),
            () -> {
              byte[] request;
              try {
                request = Ocsp.request(certificate, issuer);
              } catch (UnusableException e) {
                return CompletableFuture.failedFuture(e);
              }
              return fetcher
                  .ocsp(uri, request)
                  .thenApply(
                      answer -> {
                        Instant now = clock.instant();
                        Instant[] until = {now};
                        RevocationStatus status =
                            Ocsp.status(answer, certificate, issuer, now, until);
                        boolean known = !(status instanceof RevocationStatus.Unknown);
                        return new AnswerCache.Answer(
                            status, known ? earlier(until[0], OCSP_AGE) : later(FAILURE_AGE));
                      });
            },
            FAILURE_AGE)
        .thenApply(RevocationStatus.class::cast);
  }

  private CompletableFuture<RevocationStatus> askCrl(
      URI uri, X509Certificate certificate, X509Certificate issuer) {
    return cache
        .get(
            "crl " + uri,
            () -> fetcher.get(uri).thenApply(octets -> list(uri, octets)),
            FAILURE_AGE)
        .thenApply(crl -> Crls.status((X509CRL) crl, certificate, issuer, clock.instant()));
  }

  private AnswerCache.Answer list(URI uri, byte[] octets) {
    try {
      X509CRL crl = Crls.read(octets);
      Instant until =
          crl.getNextUpdate() == null ? clock.instant() : crl.getNextUpdate().toInstant();
      return new AnswerCache.Answer(crl, earlier(until, CRL_AGE));
    } catch (UnusableException e) {
      throw new IllegalArgumentException(uri + ": " + e.getMessage());
    }
  }

  private Instant later(Duration age) {
    return clock.instant().plus(age);
  }

  /** At the end of its validity, or after this age: what was revoked meanwhile should show. */
  private Instant earlier(Instant end, Duration age) {
    Instant aged = later(age);
    Instant least = later(FAILURE_AGE);
    Instant wanted = end.isBefore(aged) ? end : aged;
    return wanted.isBefore(least) ? least : wanted;
  }

  private static String fingerprint(X509Certificate certificate) {
    return Certificates.name(certificate.getIssuerX500Principal())
        + "/"
        + certificate.getSerialNumber().toString(16)
        + "/"
        + certificate.hashCode();
  }
}
