package io.keyway.ike.crypto;

import static io.keyway.ike.crypto.TestCrypto.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyAgreementResult.Agreed;
import io.keyway.ike.crypto.KeyAgreementResult.Refused;
import io.keyway.ike.crypto.TestCrypto.Installation;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.spec.DHPrivateKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeyExchangeTest {

  static Stream<Arguments> all() {
    List<Arguments> cases = new ArrayList<>();
    for (Installation on : TestCrypto.installations().toList()) {
      for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
        if (on.crypto().flaw(method).isPresent()) {
          continue; // ProviderTableTest says which of them may lack what.
        }
        cases.add(Arguments.of(on, method));
      }
    }
    return cases.stream();
  }

  static Stream<Arguments> curves() {
    return all().filter(a -> ((KeyExchangeMethod) a.get()[1]).keyword().startsWith("ecp"));
  }

  private static String secretOf(KeyAgreementResult result) {
    assertThat(result).isInstanceOf(Agreed.class);
    return hex(((Agreed) result).sharedSecret());
  }

  @ParameterizedTest
  @MethodSource("all")
  void bothSidesAgree(Installation on, KeyExchangeMethod method) {
    try (KeyExchange.Initiation initiation = on.crypto().keyExchange(method).initiate()) {
      byte[] ours = initiation.publicValue();
      assertThat(ours).hasSize(method.initiatorOctets());
      Agreed theirs = (Agreed) TestCrypto.portable().keyExchange(method).respond(ours);
      assertThat(theirs.publicValue()).hasSize(method.responderOctets()).isNotEqualTo(ours);
      assertThat(theirs.toString()).doesNotContain(hex(theirs.sharedSecret()));
      String secret = secretOf(initiation.complete(theirs.publicValue()));
      assertThat(secret).isEqualTo(hex(theirs.sharedSecret()));
      assertThat(secret).hasSize(2 * secretOctets(method));
    }
  }

  private static int secretOctets(KeyExchangeMethod method) {
    return switch (method) {
      case MODP_2048 -> 256;
      case MODP_3072 -> 384;
      case MODP_4096 -> 512;
      case MODP_6144 -> 768;
      case MODP_8192 -> 1024;
      case ECP_256, X25519, ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> 32;
      case X448 -> 56;
      case ECP_384 -> 48;
      case ECP_521 -> 66;
    };
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyExchangeHasAFreshKeyPair(Installation on, KeyExchangeMethod method) {
    KeyExchange exchange = on.crypto().keyExchange(method);
    try (var first = exchange.initiate();
        var second = exchange.initiate()) {
      assertThat(first.publicValue()).isNotEqualTo(second.publicValue());
      assertThat(first.publicValue()).isEqualTo(first.publicValue());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void refusesWrongLengths(Installation on, KeyExchangeMethod method) {
    KeyExchange exchange = on.crypto().keyExchange(method);
    try (var initiation = exchange.initiate()) {
      byte[] valid = initiation.publicValue();
      for (int length : new int[] {0, valid.length - 1, valid.length + 1}) {
        KeyAgreementResult result = exchange.respond(Arrays.copyOf(valid, length));
        assertThat(result).isInstanceOf(Refused.class);
        assertThat(((Refused) result).reason())
            .contains("has " + length + " octets")
            .contains(method.keyword() + " takes " + method.initiatorOctets());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aBadAnswerDoesNotSpoilTheExchange(Installation on, KeyExchangeMethod method) {
    KeyExchange exchange = on.crypto().keyExchange(method);
    KeyExchange.Initiation initiation = exchange.initiate();
    assertThat(initiation.complete(new byte[1])).isInstanceOf(Refused.class);
    Agreed good = (Agreed) exchange.respond(initiation.publicValue());
    assertThat(secretOf(initiation.complete(good.publicValue())))
        .isEqualTo(hex(good.sharedSecret()));
    initiation.close();
    assertThatThrownBy(() -> initiation.complete(good.publicValue()))
        .isInstanceOf(IllegalStateException.class);
  }

  /** RFC 5903 section 8, the direction that the start-up test does not take. */
  @ParameterizedTest
  @MethodSource("ecp")
  void computesTheVectorsOfRfc5903(Installation on, Rfc5903 v) throws Exception {
    KeyExchange exchange = on.crypto().keyExchange(v.method);
    assertThat(
            secretOf(
                KnownAnswers.agree(exchange, hex(v.pkcs8 + v.responder), hex(v.initiatorPublic))))
        .isEqualTo(v.secret);
  }

  record Rfc5903(
      KeyExchangeMethod method,
      String pkcs8,
      String responder,
      String initiatorPublic,
      String secret) {}

  static Stream<Arguments> ecp() {
    List<Rfc5903> vectors =
        List.of(
            new Rfc5903(
                KeyExchangeMethod.ECP_256,
                "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420",
                "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
                "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
                    + "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
                "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"),
            new Rfc5903(
                KeyExchangeMethod.ECP_384,
                "304e020100301006072a8648ce3d020106052b81040022043730350201010430",
                "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942"
                    + "e0308312916b8ed2960e4bd55a7448fc",
                "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
                    + "de3ac808acb4bdb4c88732aee95f41aa"
                    + "9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38e"
                    + "eb9fcff3c2c947dae69b4c634573a81c",
                "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
                    + "d603135569b9e9d09cf5d4a270f59746"),
            new Rfc5903(
                KeyExchangeMethod.ECP_521,
                "3060020100301006072a8648ce3d020106052b81040023044930470201010442",
                "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
                    + "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
                "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
                    + "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e"
                    + "017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10a"
                    + "d8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
                "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
                    + "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea"));
    return TestCrypto.installations().flatMap(on -> vectors.stream().map(v -> Arguments.of(on, v)));
  }

  /** RFC 7748 section 6.1, as Alice. */
  @ParameterizedTest
  @MethodSource("installations")
  void computesTheVectorOfRfc7748(Installation on) throws Exception {
    KeyExchange exchange = on.crypto().keyExchange(KeyExchangeMethod.X25519);
    byte[] alice =
        hex(
            "302e020100300506032b656e04220420"
                + "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    byte[] bob = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    assertThat(secretOf(KnownAnswers.agree(exchange, alice, bob)))
        .isEqualTo("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
  }

  static Stream<Installation> installations() {
    return TestCrypto.installations();
  }

  /** Points of small order, the first seven with all of them below 2^255 (RFC 7748 section 6.1). */
  @ParameterizedTest
  @MethodSource("installations")
  void refusesX25519ValuesThatGiveZeros(Installation on) {
    KeyExchange exchange = on.crypto().keyExchange(KeyExchangeMethod.X25519);
    String[] small = {
      "00".repeat(32),
      "01" + "00".repeat(31),
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ec" + "ff".repeat(30) + "7f",
      "ed" + "ff".repeat(30) + "7f",
      "ee" + "ff".repeat(30) + "7f"
    };
    for (String value : small) {
      assertThat(exchange.respond(hex(value))).as(value).isInstanceOf(Refused.class);
    }
  }

  /** The values of order 1, 2 and 4 on Curve448 and its twist (RFC 7748 section 6.2). */
  @ParameterizedTest
  @MethodSource("installations")
  void refusesX448ValuesThatGiveZeros(Installation on) {
    KeyExchange exchange = on.crypto().keyExchange(KeyExchangeMethod.X448);
    String[] small = {
      "00".repeat(56),
      "01" + "00".repeat(55),
      "fe" + "ff".repeat(27) + "fe" + "ff".repeat(27),
      "ff".repeat(28) + "fe" + "ff".repeat(27),
      "00".repeat(28) + "ff".repeat(28)
    };
    for (String value : small) {
      assertThat(exchange.respond(hex(value))).as(value).isInstanceOf(Refused.class);
    }
  }

  @ParameterizedTest
  @MethodSource("curves")
  void refusesPointsOffTheCurve(Installation on, KeyExchangeMethod method) {
    KeyExchange exchange = on.crypto().keyExchange(method);
    try (var initiation = exchange.initiate()) {
      byte[] point = initiation.publicValue();
      point[point.length - 1] ^= 1;
      assertThat(((Refused) exchange.respond(point)).reason()).contains("not a point");
      assertThat(exchange.respond(new byte[point.length])).isInstanceOf(Refused.class);
      byte[] tooLarge = new byte[point.length];
      Arrays.fill(tooLarge, (byte) 0xff);
      assertThat(((Refused) exchange.respond(tooLarge)).reason()).contains("not below the prime");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyExchangeMethod.class,
      names = {"MODP_2048", "MODP_3072", "MODP_4096", "MODP_6144", "MODP_8192"})
  void refusesNumbersOutsideTheRange(KeyExchangeMethod method) {
    KeyExchange exchange = TestCrypto.full().keyExchange(method);
    ModpFormat format = ModpFormat.of(method);
    BigInteger p = format.parameters().getP();
    for (BigInteger bad : List.of(BigInteger.ZERO, BigInteger.ONE, p.subtract(BigInteger.ONE), p)) {
      assertThat(((Refused) exchange.respond(format.pad(bad))).reason()).contains("2 .. p-2");
    }
    byte[] ones = new byte[method.initiatorOctets()];
    Arrays.fill(ones, (byte) 0xff);
    assertThat(exchange.respond(ones)).isInstanceOf(Refused.class);
    for (BigInteger good : List.of(BigInteger.TWO, p.subtract(BigInteger.TWO))) {
      assertThat(exchange.respond(format.pad(good))).isInstanceOf(Agreed.class);
    }
  }

  /** Answers worked with Python's pow; both secrets begin with an octet of zeros. */
  @ParameterizedTest
  @MethodSource("installations")
  void keepsLeadingZerosOfModpSecrets(Installation on) throws Exception {
    leadingZero(
        on,
        KeyExchangeMethod.MODP_2048,
        "f2fb6ef4b2938d3e2cebf478a9de9036cdcc7c4f68948b36bb6931f02e6f6279d59ef2ed37299966",
        68,
        "c400fe92b8b068a422119509a1c518e5b90b088e4bd627960b6fa69f32ab64bd");
    leadingZero(
        on,
        KeyExchangeMethod.MODP_3072,
        "df339c9a3a48bbbf81f51197b7856fe1a7ec67d36838c5d88c3d58f86adb8dff"
            + "03d5e8a015640b737a22290eead6600f14d9996f2",
        102,
        "3fbe7f61af9f2d62a6f2877d5a40c64227a4983cc92970ff2de8c6ec14a2602d");
  }

  private static void leadingZero(
      Installation on, KeyExchangeMethod method, String x, int y, String sha256) throws Exception {
    JcaKeyExchange exchange = (JcaKeyExchange) on.crypto().keyExchange(method);
    ModpFormat format = ModpFormat.of(method);
    BigInteger p = format.parameters().getP();
    PrivateKey key =
        exchange
            .keyFactory()
            .generatePrivate(new DHPrivateKeySpec(new BigInteger(x, 16), p, BigInteger.TWO));
    byte[] peer = format.pad(BigInteger.TWO.modPow(BigInteger.valueOf(y), p));
    String secret = secretOf(exchange.agree(key, new byte[0], peer));
    assertThat(secret).startsWith("00").hasSize(2 * method.initiatorOctets());
    assertThat(hex(MessageDigest.getInstance("SHA-256").digest(hex(secret)))).isEqualTo(sha256);
  }

  /** Each computes what the JDK does, from the same keys. */
  @ParameterizedTest
  @EnumSource(names = {"X25519", "X448"})
  void agreesWithTheJdkOnTheCurvesOfRfc7748(KeyExchangeMethod method) throws Exception {
    MontgomeryExchange ours = new MontgomeryExchange(method, new SecureRandom());
    JcaKeyExchange theirs =
        new JcaKeyExchange(
            method,
            EncodedFormat.of(method),
            Security.getProvider("SunEC"),
            method.name(),
            method.name(),
            Optional.empty(),
            new SecureRandom());
    for (int i = 0; i < 20; i++) {
      try (KeyExchange.Initiation initiation = i % 2 == 0 ? ours.initiate() : theirs.initiate()) {
        KeyExchange other = i % 2 == 0 ? theirs : ours;
        Agreed answer = (Agreed) other.respond(initiation.publicValue());
        assertThat(secretOf(initiation.complete(answer.publicValue())))
            .isEqualTo(hex(answer.sharedSecret()));
      }
    }
  }

  @Test
  void padsPublicNumbersOnTheLeft() {
    ModpFormat format = ModpFormat.of(KeyExchangeMethod.MODP_2048);
    byte[] padded = format.pad(BigInteger.valueOf(0x1234));
    assertThat(padded).hasSize(256);
    assertThat(hex(padded)).isEqualTo("00".repeat(254) + "1234");
  }
}
