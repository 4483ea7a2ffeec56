package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PskAuthTest {
  private static final byte[] ID =
      hex("02000000" + hex("gw.example".getBytes(StandardCharsets.US_ASCII)));

  private static byte[] counting(int from, int octets) {
    byte[] result = new byte[octets];
    for (int i = 0; i < octets; i++) {
      result[i] = (byte) (from + i);
    }
    return result;
  }

  /** Answers worked with Python's hmac. */
  @ParameterizedTest
  @CsvSource({
    "PRF_HMAC_SHA2_256,cb2f555d262c53046fddb9bdea280e0656874a9f32292c5221a3a5642294e021",
    "PRF_HMAC_SHA2_384,e63075e3b73be56dc1e29e260843df89927b8552927963a7a41a41b3ce3b9f4395cb7e1e84"
        + "a23e114d88e7db6e96e75a",
    "PRF_HMAC_SHA2_512,268326d11f67434b1a5c4c0d318175afb38894253970be8ec7373b8590419b808f081253e3"
        + "e798d6d4f1be6a2212e1affacc2461677d8af2a1339d49a3f48eaa"
  })
  void computesAuth(PrfAlgorithm algorithm, String expected) {
    byte[] skP = new byte[algorithm.octets()];
    Arrays.fill(skP, (byte) 0x11);
    try (SecretBytes psk =
            SecretBytes.wrap("correct horse battery staple".getBytes(StandardCharsets.US_ASCII));
        SecretBytes key = SecretBytes.wrap(skP)) {
      byte[] auth =
          PskAuth.compute(
              TestCrypto.full().prf(algorithm), psk, key, counting(0, 100), counting(0x40, 32), ID);
      assertThat(hex(auth)).isEqualTo(expected);
      assertThat(PskAuth.matches(auth, hex(expected))).isTrue();
      auth[0] ^= 1;
      assertThat(PskAuth.matches(auth, hex(expected))).isFalse();
      assertThat(PskAuth.matches(new byte[0], hex(expected))).isFalse();
    }
  }

  @Test
  void refusesAnEmptyKeyAndNamesTheCure() {
    try (SecretBytes empty = SecretBytes.empty();
        SecretBytes skP = TestCrypto.secret("11")) {
      Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
      assertThatThrownBy(() -> PskAuth.compute(prf, empty, skP, new byte[28], new byte[16], ID))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 16 random octets");
    }
  }
}
