package io.keyway.ike.crypto.sign;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * The two forms of an ECDSA signature: r and s side by side (RFC 4754) and DER (RFC 7427). Either
 * is read strictly: one value has one form, and neither number is 0 or beyond the order.
 */
final class EcdsaForm {
  private EcdsaForm() {}

  static Optional<byte[]> rawToDer(Curve curve, byte[] raw) {
    if (raw.length != 2 * curve.octets()) {
      return Optional.empty();
    }
    BigInteger r = new BigInteger(1, Arrays.copyOf(raw, curve.octets()));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(raw, curve.octets(), raw.length));
    if (!inRange(curve, r) || !inRange(curve, s)) {
      return Optional.empty();
    }
    try {
      return Optional.of(StandardDSAEncoding.INSTANCE.encode(curve.order(), r, s));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<byte[]> derToRaw(Curve curve, byte[] der) {
    try {
      BigInteger[] numbers = StandardDSAEncoding.INSTANCE.decode(curve.order(), der);
      return inRange(curve, numbers[0]) && inRange(curve, numbers[1])
          ? Optional.of(PlainDSAEncoding.INSTANCE.encode(curve.order(), numbers[0], numbers[1]))
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static boolean inRange(Curve curve, BigInteger number) {
    return number.signum() > 0 && number.compareTo(curve.order()) < 0;
  }
}
