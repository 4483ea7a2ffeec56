package io.keyway.ike.crypto.cert;

import io.keyway.ike.crypto.sign.KeyRules;
import io.keyway.ike.crypto.sign.Signatures;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Finds a way from a certificate to an authority that we trust, and lets the JDK judge it (RFC 5280
 * section 6: signatures, dates, basic and name constraints, key usage, policies). The search is
 * ours so that a refusal can say which certificate is missing or wrong.
 */
public final class Chains {
  private static final int LONGEST = 8;
  private static final int MOST_ATTEMPTS = 16;

  /** Authorities that issued each other make exponentially many ways. */
  private static final int MOST_STEPS = 100;

  /** What became of it. */
  public sealed interface Result {
    /**
     * There is a way.
     *
     * @param path the certificate, then its issuer, and so on, without the anchor
     * @param anchor the authority; the certificate itself when that is trusted as it is
     */
    record Trusted(List<X509Certificate> path, X509Certificate anchor) implements Result {
      public Trusted {
        path = List.copyOf(path);
      }

      /** Who issued a certificate of the path. */
      public X509Certificate issuer(int index) {
        return index + 1 < path.size() ? path.get(index + 1) : anchor;
      }
    }

    /** There is none; the reason names the certificate and what to do. */
    record Untrusted(String reason) implements Result {}
  }

  private final Collection<X509Certificate> intermediates;
  private final Collection<X509Certificate> anchors;
  private final Instant now;
  private final UnaryOperator<X509Certificate> asked;
  private int attempts;
  private int steps;
  private String failure;

  private Chains(
      Collection<X509Certificate> intermediates,
      Collection<X509Certificate> anchors,
      Instant now,
      UnaryOperator<X509Certificate> asked) {
    this.asked = asked;
    this.intermediates = intermediates;
    this.anchors = anchors;
    this.now = now;
  }

  /**
   * Judges a peer's certificate for signing AUTH.
   *
   * @param signatures check what authorities signed
   * @param intermediates from the peer and from our own store; nothing about them is trusted
   * @param anchors authorities that we trust
   */
  public static Result validate(
      X509Certificate leaf,
      Collection<X509Certificate> intermediates,
      Collection<X509Certificate> anchors,
      Instant now,
      Signatures signatures) {
    return validate(
        leaf, intermediates, anchors, now, each -> new SwiftCertificate(each, signatures));
  }

  /** The same with the JDK's own check of signatures. */
  static Result validate(
      X509Certificate leaf,
      Collection<X509Certificate> intermediates,
      Collection<X509Certificate> anchors,
      Instant now) {
    return validate(leaf, intermediates, anchors, now, UnaryOperator.identity());
  }

  private static Result validate(
      X509Certificate leaf,
      Collection<X509Certificate> intermediates,
      Collection<X509Certificate> anchors,
      Instant now,
      UnaryOperator<X509Certificate> asked) {
    Optional<String> leafProblem =
        date(leaf, now).or(() -> key(leaf)).or(() -> LeafUsage.problem(leaf));
    if (leafProblem.isPresent()) {
      return new Result.Untrusted(leafProblem.get());
    }
    if (anchors.contains(leaf)) {
      return new Result.Trusted(List.of(leaf), leaf);
    }
    Chains search = new Chains(intermediates, anchors, now, asked);
    return search
        .extend(List.of(leaf))
        .<Result>map(r -> r)
        .orElseGet(() -> new Result.Untrusted(search.failure));
  }

  private Optional<Result.Trusted> extend(List<X509Certificate> path) {
    X509Certificate last = path.get(path.size() - 1);
    boolean known = false;
    for (X509Certificate anchor : anchors) {
      if (issued(anchor, last) && attempts < MOST_ATTEMPTS) {
        known = true;
        attempts++;
        Optional<String> problem = judge(path, anchor);
        if (problem.isEmpty()) {
          return Optional.of(new Result.Trusted(path, anchor));
        }
        failure = problem.get();
      }
    }
    for (X509Certificate issuer : intermediates) {
      if (issued(issuer, last)
          && !path.contains(issuer)
          && path.size() < LONGEST
          && attempts < MOST_ATTEMPTS
          && steps < MOST_STEPS) {
        known = true;
        steps++;
        List<X509Certificate> longer = new ArrayList<>(path);
        longer.add(issuer);
        Optional<Result.Trusted> found = extend(longer);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    if (!known && failure == null) {
      failure =
          anchors.isEmpty()
              ? "no certificate of an authority is known; put one into x509ca, or name one that is"
                  + " there in ca-certificate"
              : "no trusted authority '"
                  + Certificates.name(last.getIssuerX500Principal())
                  + "' is known, which issued '"
                  + Certificates.name(last)
                  + "'; add its certificate, or let the peer send the intermediate one";
    }
    if (failure == null) {
      failure = "the chain of '" + Certificates.name(path.get(0)) + "' is too long or too tangled";
    }
    return Optional.empty();
  }

  /** Whether the issuer's key signed the subject; nothing else is looked at. */
  public static boolean signed(
      X509Certificate issuer, X509Certificate subject, Signatures signatures) {
    try {
      new SwiftCertificate(subject, signatures).verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static boolean issued(X509Certificate issuer, X509Certificate subject) {
    return issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal());
  }

  private Optional<String> judge(List<X509Certificate> path, X509Certificate anchor) {
    List<X509Certificate> all = new ArrayList<>(path);
    all.add(anchor);
    for (X509Certificate each : all) {
      // The JDK does not look at the dates of an anchor, nor at exponents.
      Optional<String> problem = date(each, now).or(() -> key(each));
      if (problem.isPresent()) {
        return problem;
      }
    }
    if (anchor.getBasicConstraints() < 0 && anchor.getVersion() > 1) {
      return Optional.of("'" + Certificates.name(anchor) + "' is no certificate of an authority");
    }
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
      parameters.setDate(Date.from(now));
      parameters.setRevocationEnabled(false);
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509")
                  .generateCertPath(path.stream().map(asked).toList()),
              parameters);
      return Optional.empty();
    } catch (CertPathValidatorException e) {
      int index = e.getIndex() < 0 || e.getIndex() >= path.size() ? 0 : e.getIndex();
      return Optional.of("'" + Certificates.name(path.get(index)) + "' " + why(e));
    } catch (GeneralSecurityException | RuntimeException e) {
      return Optional.of(
          "the chain of '" + Certificates.name(path.get(0)) + "' cannot be judged: " + e);
    }
  }

  private static String why(CertPathValidatorException e) {
    if (e.getReason() == BasicReason.INVALID_SIGNATURE) {
      return "is not signed by the authority that it names";
    }
    if (e.getReason() == BasicReason.ALGORITHM_CONSTRAINED) {
      return "uses an algorithm or key that the JDK forbids (" + e.getMessage() + ")";
    }
    if (e.getReason() == PKIXReason.NOT_CA_CERT) {
      return "is no certificate of an authority, but issued another one";
    }
    if (e.getReason() == PKIXReason.INVALID_NAME) {
      return "has a name outside the name constraints of its authority";
    }
    if (e.getReason() == PKIXReason.PATH_TOO_LONG) {
      return "lies further below its authority than that allows";
    }
    if (e.getReason() == PKIXReason.INVALID_KEY_USAGE) {
      return "must not be used to issue certificates (key usage)";
    }
    return "is not acceptable: " + e.getMessage();
  }

  private static Optional<String> date(X509Certificate certificate, Instant now) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      return Optional.of(
          "certificate '"
              + Certificates.name(certificate)
              + "' expired at "
              + until
              + "; renew it");
    }
    return now.isBefore(from)
        ? Optional.of(
            "certificate '"
                + Certificates.name(certificate)
                + "' is not valid before "
                + from
                + "; check the clocks")
        : Optional.empty();
  }

  private static Optional<String> key(X509Certificate certificate) {
    return KeyRules.problem(certificate.getPublicKey())
        .map(p -> "certificate '" + Certificates.name(certificate) + "': " + p);
  }
}
