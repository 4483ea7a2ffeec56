package io.keyway.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.security.AlgorithmParameters;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupConstantsTest {
  private static final MathContext DIGITS = new MathContext(2600, RoundingMode.HALF_EVEN);
  private static final BigDecimal PI = pi();

  /** RFC 3526: p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + k), a safe prime. */
  @Test
  void modpPrimesFollowTheirFormula() {
    assertThat(ModpPrimes.P2048).isEqualTo(formula(2048, 124476));
    assertThat(ModpPrimes.P3072).isEqualTo(formula(3072, 1690314));
    assertThat(ModpPrimes.P4096).isEqualTo(formula(4096, 240904));
    assertThat(ModpPrimes.P6144).isEqualTo(formula(6144, 929484));
    assertThat(ModpPrimes.P8192).isEqualTo(formula(8192, 4743158));
    for (BigInteger p : new BigInteger[] {ModpPrimes.P2048, ModpPrimes.P3072, ModpPrimes.P4096}) {
      assertThat(p.isProbablePrime(20)).isTrue();
      assertThat(p.shiftRight(1).isProbablePrime(20)).isTrue();
    }
  }

  private static BigInteger formula(int n, long k) {
    BigInteger piPart =
        PI.multiply(new BigDecimal(BigInteger.TWO.pow(n - 130)), DIGITS).toBigInteger();
    return BigInteger.TWO
        .pow(n)
        .subtract(BigInteger.TWO.pow(n - 64))
        .subtract(BigInteger.ONE)
        .add(BigInteger.TWO.pow(64).multiply(piPart.add(BigInteger.valueOf(k))));
  }

  /** Machin: pi = 16 arctan(1/5) - 4 arctan(1/239). */
  private static BigDecimal pi() {
    return arctanInverse(5)
        .multiply(BigDecimal.valueOf(16))
        .subtract(arctanInverse(239).multiply(BigDecimal.valueOf(4)), DIGITS);
  }

  private static BigDecimal arctanInverse(int x) {
    BigDecimal square = BigDecimal.valueOf((long) x * x);
    BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(x), DIGITS);
    BigDecimal sum = power;
    for (int n = 3; power.precision() - power.scale() > -DIGITS.getPrecision(); n += 2) {
      power = power.negate().divide(square, DIGITS);
      sum = sum.add(power.divide(BigDecimal.valueOf(n), DIGITS), DIGITS);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"P256,secp256r1", "P384,secp384r1", "P521,secp521r1"})
  void curvesAreThoseOfTheJdk(PrimeCurve curve, String name) throws Exception {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(name));
    ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
    assertThat(curve.p()).isEqualTo(((ECFieldFp) spec.getCurve().getField()).getP());
    assertThat(curve.b()).isEqualTo(spec.getCurve().getB());
    assertThat(spec.getCurve().getA()).isEqualTo(curve.p().subtract(BigInteger.valueOf(3)));
    assertThat(spec.getCofactor()).isEqualTo(1);
  }
}
