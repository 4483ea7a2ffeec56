package io.keyway.it.bench.node;

import java.util.Arrays;
import java.util.Optional;

/** How the two ends prove who they are: a pre-shared key, or certificates with such keys. */
public enum Proof {
  PSK("psk", "", 0),
  RSA_2048("rsa-2048", "RSA", 2048),
  RSA_3072("rsa-3072", "RSA", 3072),
  ECDSA_256("ecdsa-256", "EC", 256),
  ECDSA_384("ecdsa-384", "EC", 384),
  ED25519("ed25519", "Ed25519", 256);

  private final String keyword;
  private final String keyAlgorithm;
  private final int bits;

  Proof(String keyword, String keyAlgorithm, int bits) {
    this.keyword = keyword;
    this.keyAlgorithm = keyAlgorithm;
    this.bits = bits;
  }

  public static Optional<Proof> ofKeyword(String keyword) {
    return Arrays.stream(values()).filter(p -> p.keyword.equals(keyword)).findFirst();
  }

  public String keyword() {
    return keyword;
  }

  public boolean certificates() {
    return this != PSK;
  }

  /** The name under which a certificate or key of this kind is stored. */
  String named(String what) {
    return what + "-" + keyword;
  }

  /** In the words of the JCA. */
  String keyAlgorithm() {
    return keyAlgorithm;
  }

  public int bits() {
    return bits;
  }
}
