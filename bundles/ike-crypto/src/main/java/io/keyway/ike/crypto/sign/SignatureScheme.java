package io.keyway.ike.crypto.sign;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A way to sign, with the words of the configuration and the AlgorithmIdentifier of RFC 7427
 * appendix A (RFC 8420 for Ed25519), octet for octet.
 */
public enum SignatureScheme {
  RSA_SHA256("rsa-sha256", KeyKind.RSA, HashId.SHA2_256, "300d06092a864886f70d01010b0500"),
  RSA_SHA384("rsa-sha384", KeyKind.RSA, HashId.SHA2_384, "300d06092a864886f70d01010c0500"),
  RSA_SHA512("rsa-sha512", KeyKind.RSA, HashId.SHA2_512, "300d06092a864886f70d01010d0500"),
  RSA_PSS_SHA256("rsa-pss-sha256", KeyKind.RSA, HashId.SHA2_256, pss("01", "20")),
  RSA_PSS_SHA384("rsa-pss-sha384", KeyKind.RSA, HashId.SHA2_384, pss("02", "30")),
  RSA_PSS_SHA512("rsa-pss-sha512", KeyKind.RSA, HashId.SHA2_512, pss("03", "40")),
  ECDSA_SHA256("ecdsa-sha256", KeyKind.EC, HashId.SHA2_256, "300a06082a8648ce3d040302"),
  ECDSA_SHA384("ecdsa-sha384", KeyKind.EC, HashId.SHA2_384, "300a06082a8648ce3d040303"),
  ECDSA_SHA512("ecdsa-sha512", KeyKind.EC, HashId.SHA2_512, "300a06082a8648ce3d040304"),
  ED25519("ed25519", KeyKind.ED25519, HashId.IDENTITY, "300506032b6570"),
  /** Only where it is named: SHA-1 must not be used for signatures any more (RFC 8247). */
  RSA_SHA1("rsa-sha1", KeyKind.RSA, HashId.SHA1, "300d06092a864886f70d0101050500");

  /** What a scheme signs with. */
  public enum KeyKind {
    RSA,
    EC,
    ED25519;

    /** Of a key of the JCA; empty for one that cannot sign here. */
    public static Optional<KeyKind> of(java.security.Key key) {
      return Optional.ofNullable(
          switch (key.getAlgorithm()) {
            case "RSA", "RSASSA-PSS" -> RSA;
            case "EC", "ECDSA" -> EC;
            case "EdDSA", "Ed25519" -> ED25519;
            default -> null;
          });
    }
  }

  private final String keyword;
  private final KeyKind kind;
  private final HashId hash;
  private final byte[] algorithm;

  SignatureScheme(String keyword, KeyKind kind, HashId hash, String algorithm) {
    this.keyword = keyword;
    this.kind = kind;
    this.hash = hash;
    this.algorithm = HexFormat.of().parseHex(algorithm);
  }

  /** RSASSA-PSS with one SHA-2 for message and mask and a salt as long as its output. */
  private static String pss(String sha2, String saltLength) {
    String hash = "300d06096086480165030402" + sha2 + "0500";
    return "304106092a864886f70d01010a3034a00f"
        + hash
        + "a11c301a06092a864886f70d010108"
        + hash
        + "a2030201"
        + saltLength;
  }

  /** As the configuration writes it. */
  public String keyword() {
    return keyword;
  }

  public static Optional<SignatureScheme> ofKeyword(String word) {
    return Arrays.stream(values()).filter(s -> s.keyword.equals(word)).findFirst();
  }

  public KeyKind kind() {
    return kind;
  }

  public HashId hash() {
    return hash;
  }

  /** Whether the padding is EMSA-PSS (RFC 8017 section 9.1). */
  public boolean pss() {
    return this == RSA_PSS_SHA256 || this == RSA_PSS_SHA384 || this == RSA_PSS_SHA512;
  }

  /** DER of the AlgorithmIdentifier. */
  public byte[] algorithmIdentifier() {
    return algorithm.clone();
  }

  /** Name of the signature in the JCA. */
  String jcaName() {
    if (this == ED25519) {
      return "Ed25519";
    }
    if (pss()) {
      return "RSASSA-PSS";
    }
    return hash.jcaName().replace("-", "") + "with" + (kind == KeyKind.RSA ? "RSA" : "ECDSA");
  }

  /** Everything but SHA-1, in no particular order of preference. */
  public static List<SignatureScheme> modern() {
    return Arrays.stream(values()).filter(s -> s != RSA_SHA1).toList();
  }
}
