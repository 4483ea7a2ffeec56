package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.util.Optional;
import javax.crypto.interfaces.DHPublicKey;
import javax.crypto.spec.DHParameterSpec;
import javax.crypto.spec.DHPublicKeySpec;

/**
 * Numbers modulo the safe primes of RFC 3526, big endian, padded on the left to the length of the
 * prime. A peer's number must lie in 2 .. p-2 (RFC 6989 section 2.1).
 */
final class ModpFormat implements PublicValueFormat {
  private final DHParameterSpec parameters;
  private final BigInteger largest;
  private final int octets;

  private ModpFormat(BigInteger prime, int exponentBits) {
    this.parameters = new DHParameterSpec(prime, BigInteger.TWO, exponentBits);
    this.largest = prime.subtract(BigInteger.TWO);
    this.octets = prime.bitLength() / 8;
  }

  /** Exponents are as long as the higher estimate of RFC 3526 section 8 asks for. */
  static ModpFormat of(KeyExchangeMethod method) {
    return switch (method) {
      case MODP_2048 -> new ModpFormat(ModpPrimes.P2048, 320);
      case MODP_3072 -> new ModpFormat(ModpPrimes.P3072, 420);
      case MODP_4096 -> new ModpFormat(ModpPrimes.P4096, 480);
      case MODP_6144 -> new ModpFormat(ModpPrimes.P6144, 540);
      case MODP_8192 -> new ModpFormat(ModpPrimes.P8192, 620);
      default -> throw new IllegalArgumentException(method + " is no MODP group");
    };
  }

  DHParameterSpec parameters() {
    return parameters;
  }

  @Override
  public Optional<String> flaw(byte[] publicValue) {
    BigInteger y = new BigInteger(1, publicValue);
    if (y.compareTo(BigInteger.TWO) < 0 || y.compareTo(largest) > 0) {
      return Optional.of("the public value is not in the range 2 .. p-2");
    }
    return Optional.empty();
  }

  @Override
  public PublicKey decode(KeyFactory factory, byte[] publicValue) throws GeneralSecurityException {
    return factory.generatePublic(
        new DHPublicKeySpec(new BigInteger(1, publicValue), parameters.getP(), parameters.getG()));
  }

  @Override
  public byte[] encode(PublicKey key) {
    return pad(((DHPublicKey) key).getY());
  }

  byte[] pad(BigInteger number) {
    byte[] minimal = number.toByteArray();
    byte[] padded = new byte[octets];
    // A leading zero octet for the sign may make it one octet too long.
    int take = Math.min(minimal.length, octets);
    System.arraycopy(minimal, minimal.length - take, padded, octets - take, take);
    return padded;
  }

  @Override
  public int secretOctets() {
    return octets;
  }

  @Override
  public boolean refusesZeroSecret() {
    return false;
  }
}
