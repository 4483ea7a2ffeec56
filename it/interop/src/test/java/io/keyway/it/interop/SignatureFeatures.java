package io.keyway.it.interop;

import java.util.List;
import java.util.Map;

/** Every signature that strongSwan knows, old and new. */
final class SignatureFeatures {

  static final String LEFT = "left.example";
  static final String RIGHT = "right.example";
  private static final String CHAPTER = "Certificates";
  private static final Map<String, String> OLD = Map.of("signature_authentication", "no");

  private SignatureFeatures() {}

  static List<Feature> all() {
    return List.of(
        scheme("RSA 2048, RFC 7427", "rsa-2048", "", "pubkey", "RSA_EMSA_PKCS1_SHA2_256"),
        scheme("RSA 4096, SHA-512", "rsa-4096", "rsa-sha512", "rsa-4096-sha512", "SHA2_512"),
        scheme("RSA-PSS, SHA-256", "rsa-2048", "rsa-pss-sha256", "rsa/pss-sha256", "PSS_SHA2_256"),
        scheme("RSA-PSS, SHA-384", "rsa-3072", "rsa-pss-sha384", "rsa/pss-sha384", "PSS_SHA2_384"),
        scheme("RSA-PSS, SHA-512", "rsa-4096", "rsa-pss-sha512", "rsa/pss-sha512", "PSS_SHA2_512"),
        scheme("ECDSA P-256, RFC 7427", "ecdsa-256", "", "pubkey", "ECDSA_WITH_SHA256_DER"),
        scheme("ECDSA P-384, RFC 7427", "ecdsa-384", "", "pubkey", "ECDSA_WITH_SHA384_DER"),
        scheme("ECDSA P-521, RFC 7427", "ecdsa-521", "", "pubkey", "ECDSA_WITH_SHA512_DER"),
        scheme("Ed25519, RFC 8420", "ed25519", "", "pubkey", "ED25519"),
        scheme("ECDSA P-256, method 9", "ecdsa-256", "", "pubkey", "ECDSA-256").daemon(OLD),
        scheme("ECDSA P-384, method 10", "ecdsa-384", "", "pubkey", "ECDSA-384").daemon(OLD),
        scheme("ECDSA P-521, method 11", "ecdsa-521", "", "pubkey", "ECDSA-521").daemon(OLD),
        scheme("RSA, method 1", "rsa-2048", "rsa-sha1", "pubkey", "RSA signature").daemon(OLD));
  }

  /**
   * A scheme for both directions.
   *
   * @param key for {@link Authority}
   * @param signature of Keyway's configuration; empty: none is named
   * @param auth of charon's
   * @param logged how charon calls it
   */
  private static Feature scheme(
      String what, String key, String signature, String auth, String logged) {
    String evidence =
        "(?s)(?=.*authentication of '%s' with [^\n]*%s)(?=.*authentication of '%s' \\(myself\\) with [^\n]*%s).*"
            .formatted(LEFT, logged, RIGHT, logged);
    return Feature.of(CHAPTER, what, c -> ours(c, signature), c -> theirs(c, auth), evidence)
        .credentials(lab -> certificates(lab, key));
  }

  /** Keyway's side. */
  static SwanctlConf ours(SwanctlConf conf, String signature) {
    return conf.localId(LEFT)
        .remoteId(RIGHT)
        .local("auth", "pubkey")
        .local("certs", "left")
        .remote("auth", "pubkey")
        .connection("signature", signature);
  }

  /** Charon's side. */
  static SwanctlConf theirs(SwanctlConf conf, String auth) {
    return conf.localId(RIGHT)
        .remoteId(LEFT)
        .local("auth", auth)
        .local("certs", "right.pem")
        .remote("auth", "pubkey");
  }

  /** A certificate for each side, under an authority that both trust. */
  static void certificates(Lab lab, String key) {
    Authority root = Authority.root(lab, "root");
    root.certificate("left", key, "--san", LEFT);
    root.certificate("right", key, "--san", RIGHT);
    root.give(lab.left(), "left");
    root.give(lab.right(), "right");
    Authority.trust(lab.left(), root);
    Authority.trust(lab.right(), root);
  }
}
