package io.keyway.ike.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Puzzles (RFC 8019) and the keys of several key exchanges (RFC 9370), with each function. */
class ExtensionVectorTest {
  private static final long SPI_I = 0x0102030405060708L;
  private static final long SPI_R = 0x1112131415161718L;
  private static final byte[] NI = octets(32, 5);
  private static final byte[] NR = octets(32, 6);

  private static byte[] octets(int length, int value) {
    byte[] all = new byte[length];
    Arrays.fill(all, (byte) value);
    return all;
  }

  private static SecretBytes secret(int length, int value) {
    return SecretBytes.wrap(octets(length, value));
  }

  private static Prf prf(PrfAlgorithm algorithm) {
    return TestCrypto.full().prf(algorithm);
  }

  private static void assertIs(SecretBytes key, String name) {
    assertThat(key.<byte[]>read(byte[]::clone)).as(name).isEqualTo(Vectors.octets(name));
  }

  private static void assertAre(IkeSaKeys keys, String name) {
    assertIs(keys.skD(), name + ".skd");
    assertIs(keys.skEi(), name + ".skei");
    assertIs(keys.skEr(), name + ".sker");
    assertIs(keys.skPi(), name + ".skpi");
    assertIs(keys.skPr(), name + ".skpr");
  }

  @ParameterizedTest
  @EnumSource(PrfAlgorithm.class)
  void puzzlesAreSolvedAndCheckedAlike(PrfAlgorithm algorithm) {
    for (String where : List.of("init", "auth")) {
      String name = "puzzle." + algorithm.modelName() + "." + where;
      byte[] string = Vectors.octets(name + ".string");
      byte[] keys = Vectors.octets(name + ".keys");
      Puzzle puzzle = new Puzzle(prf(algorithm), string, 10);
      assertThat(puzzle.step(0x10000)).isTrue();
      assertThat(puzzle.solution()).isEqualTo(keys);
      assertThat(Puzzle.isSolved(prf(algorithm), keys, string, 10)).isTrue();
      string[0] ^= 1;
      assertThat(Puzzle.isSolved(prf(algorithm), keys, string, 10)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(PrfAlgorithm.class)
  void eachIntermediateExchangeDerivesFromTheSkDBefore(PrfAlgorithm algorithm) {
    String name = "multiple." + algorithm.modelName() + ".intermediate-";
    SecretBytes skD = secret(32, 1);
    for (int n = 1; n <= 2; n++) {
      IkeSaKeys keys =
          KeySchedule.afterIntermediate(
              prf(algorithm),
              skD,
              EncryptionAlgorithm.AES_GCM_16_256,
              IntegrityAlgorithm.NONE,
              n == 1 ? secret(32, 3) : secret(56, 4),
              NI,
              NR,
              SPI_I,
              SPI_R);
      assertAre(keys, name + n);
      skD = keys.skD();
    }
  }

  @ParameterizedTest
  @EnumSource(PrfAlgorithm.class)
  void followUpsGoBehindTheNonces(PrfAlgorithm algorithm) {
    String name = "multiple." + algorithm.modelName();
    List<SecretBytes> more = List.of(secret(32, 3), secret(56, 4));
    assertAre(
        KeySchedule.rekeyedIkeSa(
            prf(algorithm),
            secret(32, 1),
            prf(algorithm),
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            secret(32, 2),
            more,
            NI,
            NR,
            SPI_I,
            SPI_R),
        name + ".rekey");
    ChildSaKeys child =
        KeySchedule.childSa(
            prf(algorithm),
            secret(32, 1),
            Optional.of(secret(32, 2)),
            more,
            NI,
            NR,
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE);
    byte[] keymat = Vectors.octets(name + ".child.keymat");
    assertThat(child.initiatorEncryption().<byte[]>read(byte[]::clone))
        .isEqualTo(Arrays.copyOf(keymat, 36));
    assertThat(child.responderEncryption().<byte[]>read(byte[]::clone))
        .isEqualTo(Arrays.copyOfRange(keymat, 36, 72));
  }
}
