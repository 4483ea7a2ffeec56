package io.keyway.ike.engine.auth;

import io.keyway.ike.crypto.sign.Curve;
import io.keyway.ike.crypto.sign.HashId;
import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import io.keyway.ike.crypto.sign.Signatures;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which signature schemes may be used, and which one we sign with. */
final class SchemeChoice {
  /** Above this RSA is stronger than SHA-256. */
  private static final int STRONG_RSA_BITS = 3072;

  private final List<SignatureScheme> named;

  /** With the keywords of the configuration; none: everything but SHA-1. */
  SchemeChoice(List<String> keywords) {
    named = keywords.stream().flatMap(k -> SignatureScheme.ofKeyword(k).stream()).toList();
  }

  boolean allows(SignatureScheme scheme) {
    return named.isEmpty() ? scheme != SignatureScheme.RSA_SHA1 : named.contains(scheme);
  }

  /**
   * For method 14 (RFC 7427), with one of the hashes that the peer announced.
   *
   * @param key of our certificate
   */
  Optional<SignatureScheme> digital(PublicKey key, Set<HashId> peerHashes) {
    return preferred(key).stream()
        .filter(this::allows)
        .filter(s -> peerHashes.contains(s.hash()))
        .findFirst();
  }

  /** The curve whose own method may be used with a peer that does not do RFC 7427. */
  Optional<Curve> curve(PublicKey key) {
    return Signatures.curve(key).filter(c -> allows(c.scheme()));
  }

  /** RSA with SHA-1, which is all that the old method 1 is sure to mean; only where it is named. */
  boolean oldRsa(PublicKey key) {
    return KeyKind.of(key).filter(KeyKind.RSA::equals).isPresent()
        && allows(SignatureScheme.RSA_SHA1);
  }

  private List<SignatureScheme> preferred(PublicKey key) {
    KeyKind kind = KeyKind.of(key).orElse(null);
    if (!named.isEmpty()) {
      return named.stream().filter(s -> s.kind() == kind).toList();
    }
    if (key instanceof RSAPublicKey rsa) {
      // PKCS #1 v1.5: there is no way to find out whether a peer does PSS.
      return rsa.getModulus().bitLength() > STRONG_RSA_BITS
          ? List.of(
              SignatureScheme.RSA_SHA384, SignatureScheme.RSA_SHA512, SignatureScheme.RSA_SHA256)
          : List.of(
              SignatureScheme.RSA_SHA256, SignatureScheme.RSA_SHA384, SignatureScheme.RSA_SHA512);
    }
    if (kind == KeyKind.ED25519) {
      return List.of(SignatureScheme.ED25519);
    }
    SignatureScheme own =
        Signatures.curve(key).map(Curve::scheme).orElse(SignatureScheme.ECDSA_SHA256);
    return List.of(
        own,
        SignatureScheme.ECDSA_SHA512,
        SignatureScheme.ECDSA_SHA384,
        SignatureScheme.ECDSA_SHA256);
  }

  /** For reasons. */
  String words() {
    return named.isEmpty()
        ? "all but rsa-sha1"
        : String.join(", ", named.stream().map(SignatureScheme::keyword).toList());
  }
}
