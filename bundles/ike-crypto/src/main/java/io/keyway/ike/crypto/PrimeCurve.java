package io.keyway.ike.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * The curves y^2 = x^3 - 3x + b over GF(p) of RFC 5903, for checking a peer's point before a
 * provider sees it. They have cofactor 1, so a point on the curve other than infinity is in the
 * right group, and x||y cannot express infinity (RFC 6989 section 2.3).
 */
enum PrimeCurve {
  P256(
      32,
      "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
      "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
  P384(
      48,
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe"
          + "ffffffff0000000000000000ffffffff",
      "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a"
          + "c656398d8a2ed19d2a85c8edd3ec2aef"),
  P521(
      66,
      "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
          + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
          + "ffff",
      "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef10"
          + "9e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00");

  private static final BigInteger THREE = BigInteger.valueOf(3);

  private final int coordinateOctets;
  private final BigInteger p;
  private final BigInteger b;

  PrimeCurve(int coordinateOctets, String p, String b) {
    this.coordinateOctets = coordinateOctets;
    this.p = new BigInteger(p, 16);
    this.b = new BigInteger(b, 16);
  }

  BigInteger p() {
    return p;
  }

  BigInteger b() {
    return b;
  }

  /** Why {@code point}, as x||y, is no point of this curve; empty when it is one. */
  Optional<String> flaw(byte[] point) {
    BigInteger x = new BigInteger(1, Arrays.copyOf(point, coordinateOctets));
    BigInteger y =
        new BigInteger(1, Arrays.copyOfRange(point, coordinateOctets, 2 * coordinateOctets));
    if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return Optional.of("a coordinate of the public value is not below the prime of " + this);
    }
    BigInteger right = x.multiply(x).subtract(THREE).multiply(x).add(b).mod(p);
    if (!y.multiply(y).mod(p).equals(right)) {
      return Optional.of("the public value is not a point of " + this);
    }
    return Optional.empty();
  }
}
