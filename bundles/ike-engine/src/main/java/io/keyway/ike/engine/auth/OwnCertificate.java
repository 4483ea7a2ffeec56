package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.Chains;
import io.keyway.ike.crypto.sign.Curve;
import io.keyway.ike.crypto.sign.DigitalSignature;
import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.crypto.sign.Signatures;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.Octets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Our side of authentication by certificate: the choice of a scheme, the signature, the chain. */
final class OwnCertificate {
  private static final int LONGEST_CHAIN = 8;

  private final Signatures signatures;
  private final SchemeChoice schemes;
  private final String name;

  OwnCertificate(Signatures signatures, CertificateSettings settings) {
    this.signatures = signatures;
    this.schemes = new SchemeChoice(settings.signatures());
    this.name = settings.certificate();
  }

  Result<Proof> prove(
      OwnCredential own, List<X509Certificate> knownAuthorities, Claim claim, Instant now) {
    X509Certificate certificate = own.certificate();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isAfter(until)) {
      return refused("our certificate '" + name + "' expired at " + until + "; renew it");
    }
    Optional<String> problem = NameCheck.problem(certificate, claim.identity());
    if (problem.isPresent()) {
      return refused(
          "our " + problem.get() + "; set local-id to one of them, or use another certificate");
    }
    try {
      return sign(own, claim)
          .map(
              auth -> {
                try {
                  return Result.ok(
                      new Proof(
                          auth,
                          own.sent()
                              .with(knownAuthorities, () -> payloads(own, knownAuthorities))));
                } catch (CertificateEncodingException e) {
                  return OwnCertificate.<Proof>refused("our certificate cannot be encoded");
                }
              })
          .orElseGet(() -> refused(noScheme(certificate.getPublicKey(), claim)));
    } catch (GeneralSecurityException e) {
      return refused("our certificate '" + name + "' cannot sign: " + e.getClass().getSimpleName());
    }
  }

  private Optional<AuthPayload> sign(OwnCredential own, Claim claim)
      throws GeneralSecurityException {
    PublicKey key = own.certificate().getPublicKey();
    byte[][] octets = claim.octets().parts();
    Optional<SignatureScheme> digital = schemes.digital(key, claim.peerHashes());
    if (digital.isPresent()) {
      byte[] signature = signatures.sign(digital.get(), own.key(), octets);
      return Optional.of(
          payload(AuthMethod.DIGITAL_SIGNATURE, DigitalSignature.encode(digital.get(), signature)));
    }
    if (!claim.peerHashes().isEmpty()) {
      return Optional.empty();
    }
    Optional<Curve> curve = schemes.curve(key);
    if (curve.isPresent()) {
      return Optional.of(
          payload(curve.get().method(), signatures.signRaw(curve.get(), own.key(), octets)));
    }
    return schemes.oldRsa(key)
        ? Optional.of(
            payload(
                AuthMethod.RSA_SIGNATURE,
                signatures.sign(SignatureScheme.RSA_SHA1, own.key(), octets)))
        : Optional.empty();
  }

  private static AuthPayload payload(int method, byte[] data) {
    return new AuthPayload(method, Octets.copyOf(data));
  }

  private String noScheme(PublicKey key, Claim claim) {
    if (!claim.peerHashes().isEmpty()) {
      return "no signature scheme fits our "
          + key.getAlgorithm()
          + " key, the configuration ("
          + schemes.words()
          + ") and the hashes that the peer accepts ("
          + claim.peerHashes()
          + "); change signature, or the certificate";
    }
    return "the peer does not do signature authentication (RFC 7427), and without it our "
        + key.getAlgorithm()
        + " key can only be used "
        + (key.getAlgorithm().startsWith("RSA")
            ? "with SHA-1; add rsa-sha1 to signature if that must be"
            : "not at all; use a certificate with an ECDSA key");
  }

  /** Ours, then what leads to its authority; the root itself the peer must have anyway. */
  private List<CertificatePayload> payloads(
      OwnCredential own, List<X509Certificate> knownAuthorities)
      throws CertificateEncodingException {
    List<CertificatePayload> payloads = new ArrayList<>();
    for (X509Certificate each : chain(own, knownAuthorities)) {
      payloads.add(new CertificatePayload(Trust.X509_SIGNATURE, Octets.copyOf(each.getEncoded())));
    }
    return payloads;
  }

  /** The same as certificates. */
  List<X509Certificate> chain(OwnCredential own, List<X509Certificate> knownAuthorities) {
    List<X509Certificate> chain = new ArrayList<>(List.of(own.certificate()));
    X509Certificate last = own.certificate();
    while (chain.size() < LONGEST_CHAIN && !Certificates.selfIssued(last)) {
      Optional<X509Certificate> issuer =
          issuer(own.chain(), last).or(finder(knownAuthorities, last));
      if (issuer.isEmpty()
          || Certificates.selfIssued(issuer.get())
          || chain.contains(issuer.get())) {
        break;
      }
      last = issuer.get();
      chain.add(last);
    }
    return chain;
  }

  private Supplier<Optional<X509Certificate>> finder(
      List<X509Certificate> among, X509Certificate subject) {
    return () -> issuer(among, subject);
  }

  private Optional<X509Certificate> issuer(List<X509Certificate> among, X509Certificate subject) {
    return among.stream()
        .filter(c -> !c.equals(subject))
        .filter(c -> c.getSubjectX500Principal().equals(subject.getIssuerX500Principal()))
        .filter(c -> Chains.signed(c, subject, signatures))
        .findFirst();
  }

  private static <T> Result<T> refused(String reason) {
    return Result.failed(Outcome.refused(reason));
  }
}
