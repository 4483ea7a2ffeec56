package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.TestCrypto.Installation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PrfTest {

  static Stream<Installation> installations() {
    return TestCrypto.installations();
  }

  /** RFC 4231 sections 4.2, 4.4, 4.7 and 4.8: short, long and over-long keys. */
  @ParameterizedTest
  @MethodSource("installations")
  void computesTheVectorsOfRfc4231(Installation on) {
    check(
        on,
        "0b".repeat(20),
        "4869205468657265",
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
            + "faea9ea9076ede7f4af152e8b2fa9cb6",
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
    check(
        on,
        "aa".repeat(20),
        "dd".repeat(50),
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b"
            + "2a5ab39dc13814b94e3ab6e101a34f27",
        "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
            + "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb");
    check(
        on,
        "aa".repeat(131),
        "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
            + "65204b6579202d2048617368204b6579204669727374",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
            + "0c2ef6ab4030fe8296248df163f44952",
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
  }

  private static void check(Installation on, String key, String data, String... expected) {
    PrfAlgorithm[] algorithms = PrfAlgorithm.values();
    for (int i = 0; i < algorithms.length; i++) {
      try (SecretBytes secret = TestCrypto.secret(key)) {
        Prf prf = on.crypto().prf(algorithms[i]);
        assertThat(hex(prf.compute(secret, hex(data)))).isEqualTo(expected[i]);
        byte[] whole = hex(data);
        byte[] head = java.util.Arrays.copyOf(whole, 3);
        byte[] tail = java.util.Arrays.copyOfRange(whole, 3, whole.length);
        assertThat(hex(prf.compute(secret, head, tail))).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void prfPlusChainsBlocksByHand() {
    Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
    byte[] seed = {1, 2, 3};
    try (SecretBytes key = TestCrypto.secret("0102030405")) {
      byte[] t1 = prf.compute(key, seed, new byte[] {1});
      byte[] t2 = prf.compute(key, t1, seed, new byte[] {2});
      byte[] t3 = prf.compute(key, t2, seed, new byte[] {3});
      assertThat(hex(prf.expand(key, 70, seed)))
          .isEqualTo((hex(t1) + hex(t2) + hex(t3)).substring(0, 140));
      assertThat(prf.expand(key, 0, seed).length()).isZero();
    }
  }

  @Test
  void prfPlusEndsWithItsCounter() {
    Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_256);
    try (SecretBytes key = TestCrypto.secret("00")) {
      assertThat(prf.expand(key, 255 * 32).length()).isEqualTo(8160);
      assertThatThrownBy(() -> prf.expand(key, 255 * 32 + 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8160");
    }
  }

  @Test
  void manyThreadsShareOneFunction() throws Exception {
    Prf prf = TestCrypto.full().prf(PrfAlgorithm.PRF_HMAC_SHA2_384);
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> jobs = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        byte octet = (byte) i;
        jobs.add(
            () -> {
              try (SecretBytes key = SecretBytes.wrap(new byte[] {octet, 1})) {
                byte[] first = prf.compute(key, new byte[] {octet});
                boolean same = true;
                for (int n = 0; n < 50; n++) {
                  same &= java.util.Arrays.equals(first, prf.compute(key, new byte[] {octet}));
                }
                return same;
              }
            });
      }
      for (Future<Boolean> job : workers.invokeAll(jobs)) {
        assertThat(job.get()).isTrue();
      }
    } finally {
      workers.shutdownNow();
    }
  }
}
