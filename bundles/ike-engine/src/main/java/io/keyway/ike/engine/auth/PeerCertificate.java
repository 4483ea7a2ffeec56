package io.keyway.ike.engine.auth;

import io.keyway.api.Outcome;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.Chains;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.crypto.cert.RevocationPolicy;
import io.keyway.ike.crypto.cert.UnusableException;
import io.keyway.ike.crypto.sign.Curve;
import io.keyway.ike.crypto.sign.DigitalSignature;
import io.keyway.ike.crypto.sign.HashId;
import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.crypto.sign.Signatures;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The peer's side: chain, name, signature, then revocation. Nobody on the network is asked before
 * everything that can be checked here was good.
 */
final class PeerCertificate {
  private static final int MOST_CERTIFICATES = 12;

  private final Signatures signatures;
  private final Revocation revocation;
  private final SchemeChoice schemes;
  private final RevocationPolicy policy;
  private volatile Optional<Chains.Result.Trusted> good = Optional.empty();

  PeerCertificate(Signatures signatures, Revocation revocation, CertificateSettings settings) {
    this.signatures = signatures;
    this.revocation = revocation;
    this.schemes = new SchemeChoice(settings.signatures());
    this.policy =
        new RevocationPolicy(
            RevocationPolicy.Level.valueOf(settings.revocation().name()),
            new HashSet<>(settings.revocationHosts()));
  }

  /** The chain that was good. */
  Optional<Chains.Result.Trusted> good() {
    return good;
  }

  CompletableFuture<Outcome> verify(Trust trust, Evidence evidence, Instant now) {
    String who = "peer " + evidence.address() + " ('" + evidence.identity() + "')";
    if (!signs(evidence.auth().method())) {
      return refused(
          who
              + " wants to authenticate by "
              + AuthMethod.name(evidence.auth().method())
              + ", only certificates are configured for it");
    }
    List<X509Certificate> given;
    try {
      given = certificates(evidence);
    } catch (UnusableException e) {
      return refused(who + " sent a certificate that cannot be used: " + e.getMessage());
    }
    if (given.isEmpty()) {
      return refused(
          who
              + " sent no certificate; let it send one (strongSwan: send_cert = always), or"
              + " configure the method that it uses");
    }
    X509Certificate leaf = given.get(0);
    List<X509Certificate> intermediates = new ArrayList<>(given.subList(1, given.size()));
    intermediates.addAll(trust.known());
    Chains.Result result = Chains.validate(leaf, intermediates, trust.anchors(), now, signatures);
    if (result instanceof Chains.Result.Untrusted untrusted) {
      return refused(who + " is not trusted: " + untrusted.reason());
    }
    Optional<String> name = NameCheck.problem(leaf, evidence.identity());
    if (name.isPresent()) {
      return refused(who + " is not who it says: its " + name.get());
    }
    Optional<String> signature = signature(evidence, leaf.getPublicKey());
    if (signature.isPresent()) {
      return refused(who + " " + signature.get());
    }
    Chains.Result.Trusted trusted = (Chains.Result.Trusted) result;
    return revocation
        .problem(trusted, policy, trust.lists())
        .thenApply(
            problem -> {
              good = problem.isEmpty() ? Optional.of(trusted) : Optional.empty();
              return problem
                  .map(p -> Outcome.refused(who + " is not trusted: " + p))
                  .orElseGet(Outcome::ok);
            });
  }

  private static List<X509Certificate> certificates(Evidence evidence) throws UnusableException {
    List<X509Certificate> all = new ArrayList<>();
    for (CertificatePayload payload : evidence.certificates()) {
      if (payload.encoding() == Trust.X509_SIGNATURE) {
        if (all.size() == MOST_CERTIFICATES) {
          throw new UnusableException("it sent more than " + MOST_CERTIFICATES);
        }
        all.add(Certificates.read(payload.data().toArray()));
      }
    }
    return all;
  }

  /** What is wrong with AUTH; empty when it is the signature of the certificate's key. */
  private Optional<String> signature(Evidence evidence, PublicKey key) {
    AuthPayload auth = evidence.auth();
    byte[] data = auth.data().toArray();
    byte[][] octets = evidence.octets().parts();
    Optional<Curve> curve = Curve.ofMethod(auth.method());
    if (auth.method() == AuthMethod.DIGITAL_SIGNATURE) {
      Optional<DigitalSignature> given = DigitalSignature.decode(data);
      if (given.isEmpty()) {
        return Optional.of("signed with an algorithm that is not supported here (RFC 7427)");
      }
      return wrong(
          given.get().scheme(), signatures.verify(given.get(), key, octets), key.getAlgorithm());
    }
    if (curve.isPresent()) {
      return wrong(
          curve.get().scheme(),
          signatures.verifyRaw(curve.get(), key, data, octets),
          key.getAlgorithm());
    }
    return oldRsa(key, data, octets);
  }

  private static boolean signs(int method) {
    return method == AuthMethod.DIGITAL_SIGNATURE
        || method == AuthMethod.RSA_SIGNATURE
        || Curve.ofMethod(method).isPresent();
  }

  private Optional<String> wrong(SignatureScheme scheme, boolean verified, String algorithm) {
    if (!schemes.allows(scheme)) {
      return Optional.of(
          "signed by "
              + scheme.keyword()
              + ", which is not acceptable (signature: "
              + schemes.words()
              + ")");
    }
    return verified
        ? Optional.empty()
        : Optional.of(
            "does not have the "
                + algorithm
                + " key of its certificate: the signature ("
                + scheme.keyword()
                + ") is wrong");
  }

  /** The old method does not name its hash; SHA-1 is what it means to most (RFC 7296). */
  private Optional<String> oldRsa(PublicKey key, byte[] data, byte[][] octets) {
    for (SignatureScheme scheme :
        List.of(
            SignatureScheme.RSA_SHA256,
            SignatureScheme.RSA_SHA384,
            SignatureScheme.RSA_SHA512,
            SignatureScheme.RSA_SHA1)) {
      if (signatures.verifyPkcs1(scheme.hash(), key, data, octets)) {
        return scheme.hash() == HashId.SHA1 && !schemes.allows(scheme)
            ? Optional.of(
                "signed with SHA-1, by the old method without RFC 7427; switch signature"
                    + " authentication on at the peer, or add rsa-sha1 to signature here")
            : wrong(scheme, true, key.getAlgorithm());
      }
    }
    return wrong(SignatureScheme.RSA_SHA256, false, key.getAlgorithm())
        .map(p -> p.replace(" (rsa-sha256)", ""));
  }

  private static CompletableFuture<Outcome> refused(String reason) {
    return CompletableFuture.completedFuture(Outcome.refused(reason));
  }
}
