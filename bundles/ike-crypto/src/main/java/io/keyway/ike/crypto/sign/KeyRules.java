package io.keyway.ike.crypto.sign;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * Which public keys are good enough. Bounds from below against forgery, from above against keys
 * that only cost us time.
 */
public final class KeyRules {
  /** Bits of an RSA modulus (RFC 8247 section 4.1.1). */
  public static final int RSA_BITS = 2048;

  private static final int RSA_MOST_BITS = 8192;
  private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(65537);
  private static final int MOST_EXPONENT_BITS = 32;

  private KeyRules() {}

  /** What is wrong with a key; empty when it may be used. */
  public static Optional<String> problem(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return rsa(rsa);
    }
    if (key instanceof ECPublicKey ec) {
      return Curve.of(ec.getParams()).isPresent()
          ? Optional.empty()
          : Optional.of(
              "its EC key is on none of the curves P-256, P-384 and P-521; use one of them");
    }
    return key.getAlgorithm().equals("Ed25519")
            || key.getAlgorithm().equals("EdDSA") && key.getEncoded().length == ED25519_OCTETS
        ? Optional.empty()
        : Optional.of(
            "keys of type " + key.getAlgorithm() + " are not supported; use RSA, EC or Ed25519");
  }

  /** DER of an Ed25519 key; Ed448 keys have the same name in the JCA and are longer. */
  private static final int ED25519_OCTETS = 44;

  private static Optional<String> rsa(RSAPublicKey key) {
    int bits = key.getModulus().bitLength();
    if (bits < RSA_BITS || bits > RSA_MOST_BITS) {
      return Optional.of(
          "its RSA key has "
              + bits
              + " bits; "
              + RSA_BITS
              + " to "
              + RSA_MOST_BITS
              + " are accepted");
    }
    BigInteger exponent = key.getPublicExponent();
    if (exponent.compareTo(LEAST_EXPONENT) < 0
        || exponent.bitLength() > MOST_EXPONENT_BITS
        || !exponent.testBit(0)) {
      return Optional.of(
          "its RSA key has a public exponent other than an odd number from 65537 to 2^32; make a"
              + " new key with exponent 65537");
    }
    return Optional.empty();
  }
}
