package io.keyway.ike.crypto.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SignaturesTest {
  private static final Signatures SIGNATURES = IkeCrypto.create(new SecureRandom()).signatures();
  private static final byte[] ONE = "what was said".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TWO = " and by whom".getBytes(StandardCharsets.US_ASCII);
  private static final Map<KeyKind, KeyPair> KEYS = new EnumMap<>(KeyKind.class);

  @BeforeAll
  static void keys() throws GeneralSecurityException {
    KEYS.put(KeyKind.RSA, pair("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4)));
    KEYS.put(KeyKind.EC, pair("EC", new ECGenParameterSpec("secp384r1")));
    KEYS.put(KeyKind.ED25519, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
  }

  private static KeyPair pair(String algorithm, java.security.spec.AlgorithmParameterSpec spec)
      throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(spec);
    return generator.generateKeyPair();
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSignedIsVerifiedAndNothingElse(SignatureScheme scheme) throws Exception {
    KeyPair pair = KEYS.get(scheme.kind());

    byte[] data =
        DigitalSignature.encode(scheme, SIGNATURES.sign(scheme, pair.getPrivate(), ONE, TWO));

    DigitalSignature given = DigitalSignature.decode(data).orElseThrow();
    assertThat(given.scheme()).isEqualTo(scheme);
    assertThat(SIGNATURES.verify(given, pair.getPublic(), ONE, TWO)).isTrue();
    assertThat(SIGNATURES.verify(given, pair.getPublic(), ONE)).isFalse();
    for (KeyKind other : KeyKind.values()) {
      if (other != scheme.kind()) {
        assertThat(SIGNATURES.verify(given, KEYS.get(other).getPublic(), ONE, TWO)).isFalse();
      }
    }
    data[data.length - 1] ^= 1;
    assertThat(
            DigitalSignature.decode(data)
                .filter(d -> SIGNATURES.verify(d, pair.getPublic(), ONE, TWO)))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void ecdsaInTheFormOfRfc4754HasTheWidthOfItsCurve(Curve curve) throws Exception {
    KeyPair pair = pair("EC", new ECGenParameterSpec("secp" + curve.name().substring(1) + "r1"));

    byte[] raw = SIGNATURES.signRaw(curve, pair.getPrivate(), ONE, TWO);

    assertThat(raw).hasSize(curve == Curve.P521 ? 132 : curve == Curve.P384 ? 96 : 64);
    assertThat(SIGNATURES.verifyRaw(curve, pair.getPublic(), raw, ONE, TWO)).isTrue();
    assertThat(SIGNATURES.verifyRaw(curve, pair.getPublic(), raw, TWO, ONE)).isFalse();
    for (Curve other : Curve.values()) {
      if (other != curve) {
        assertThat(SIGNATURES.verifyRaw(other, pair.getPublic(), raw, ONE, TWO)).isFalse();
      }
    }
  }

  @Test
  void zerosAndTheOrderItselfAreNoEcdsaSignature() throws Exception {
    KeyPair pair = pair("EC", new ECGenParameterSpec("secp256r1"));
    byte[] order = Arrays.copyOfRange(Curve.P256.order().toByteArray(), 1, 33);
    byte[] orders = Arrays.copyOf(order, 64);
    System.arraycopy(order, 0, orders, 32, 32);

    assertThat(SIGNATURES.verifyRaw(Curve.P256, pair.getPublic(), new byte[64], ONE)).isFalse();
    assertThat(SIGNATURES.verifyRaw(Curve.P256, pair.getPublic(), orders, ONE)).isFalse();
    assertThat(
            SIGNATURES.verify(
                new DigitalSignature(
                    SignatureScheme.ECDSA_SHA256, 0, HexFormat.of().parseHex("3006020100020100")),
                pair.getPublic(),
                ONE))
        .isFalse();
  }

  /** The octets of RFC 7427 appendix A and RFC 8420 appendix A. */
  @Test
  void algorithmsAreNamedAsTheRfcsWriteThem() {
    Map<SignatureScheme, String> expected =
        Map.of(
            SignatureScheme.RSA_SHA1, "300d06092a864886f70d0101050500",
            SignatureScheme.RSA_SHA256, "300d06092a864886f70d01010b0500",
            SignatureScheme.RSA_SHA384, "300d06092a864886f70d01010c0500",
            SignatureScheme.RSA_SHA512, "300d06092a864886f70d01010d0500",
            SignatureScheme.ECDSA_SHA256, "300a06082a8648ce3d040302",
            SignatureScheme.ECDSA_SHA384, "300a06082a8648ce3d040303",
            SignatureScheme.ECDSA_SHA512, "300a06082a8648ce3d040304",
            SignatureScheme.ED25519, "300506032b6570",
            SignatureScheme.RSA_PSS_SHA256,
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a8648"
                    + "86f70d010108300d06096086480165030402010500a203020120");
    expected.forEach(
        (scheme, hex) ->
            assertThat(HexFormat.of().formatHex(scheme.algorithmIdentifier())).isEqualTo(hex));
  }

  @Test
  void otherWaysToWriteAnAlgorithmAreUnderstood() {
    // sha256WithRSAEncryption without NULL; RSASSA-PSS with its trailer field written out.
    assertThat(decode("300b06092a864886f70d01010b")).contains(SignatureScheme.RSA_SHA256);
    assertThat(
            decode(
                "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a8648"
                    + "86f70d010108300d06096086480165030402010500a203020120a303020101"))
        .contains(SignatureScheme.RSA_PSS_SHA256);
    // SHA-1 by default, a mask of another hash, a salt of 2^31 octets, DSA, an empty name.
    assertThat(decode("300d06092a864886f70d01010a3000")).isEmpty();
    assertThat(
            decode(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a8648"
                    + "86f70d010108300d06096086480165030402020500a203020120"))
        .isEmpty();
    assertThat(
            decode(
                "304506092a864886f70d01010a3038a00f300d06096086480165030402010500a11c301a06092a8648"
                    + "86f70d010108300d06096086480165030402010500a20702050080000000"))
        .isEmpty();
    assertThat(decode("300906072a8648ce380403")).isEmpty();
    assertThat(decode("")).isEmpty();
    assertThat(DigitalSignature.decode(new byte[0])).isEmpty();
    assertThat(DigitalSignature.decode(new byte[] {(byte) 200, 1, 2})).isEmpty();
  }

  private static Optional<SignatureScheme> decode(String hex) {
    byte[] algorithm = HexFormat.of().parseHex(hex);
    byte[] data = new byte[algorithm.length + 2];
    data[0] = (byte) algorithm.length;
    System.arraycopy(algorithm, 0, data, 1, algorithm.length);
    return DigitalSignature.decode(data).map(DigitalSignature::scheme);
  }

  /** A padding with room for forgers, as lax parsers take it, signed with the true key. */
  @Test
  void aPaddingThatIsNotTheOneAndOnlyIsRefused() throws Exception {
    KeyPair pair = KEYS.get(KeyKind.RSA);
    RSAPrivateKey key = (RSAPrivateKey) pair.getPrivate();
    RSAPublicKey pub = (RSAPublicKey) pair.getPublic();
    byte[] good = SIGNATURES.sign(SignatureScheme.RSA_SHA256, key, ONE);
    byte[] block = to256(new BigInteger(1, good).modPow(pub.getPublicExponent(), pub.getModulus()));
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, raw(key, block), ONE)).isTrue();

    // The digest moved forward, garbage after it (CVE-2006-4339 and its many children).
    byte[] shifted = block.clone();
    System.arraycopy(block, 256 - 51 - 1, shifted, 10, 52);
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, raw(key, shifted), ONE)).isFalse();
    // One octet of the padding is another.
    byte[] hole = block.clone();
    hole[20] = (byte) 0xfe;
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, raw(key, hole), ONE)).isFalse();
    // The parameters of DigestInfo are something else than NULL (CVE-2018-16151).
    byte[] parameters = block.clone();
    parameters[256 - 32 - 4] = 0x04;
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, raw(key, parameters), ONE)).isFalse();
    // A signature of another length, or beyond the modulus.
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, Arrays.copyOfRange(good, 1, 256), ONE))
        .isFalse();
    byte[] beyond = to256(pub.getModulus().add(BigInteger.ONE));
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, pub, beyond, ONE)).isFalse();
  }

  private static byte[] raw(RSAPrivateKey key, byte[] block) {
    return to256(new BigInteger(1, block).modPow(key.getPrivateExponent(), key.getModulus()));
  }

  private static byte[] to256(BigInteger number) {
    byte[] minimal = number.toByteArray();
    byte[] result = new byte[256];
    int length = Math.min(256, minimal.length);
    System.arraycopy(minimal, minimal.length - length, result, 256 - length, length);
    return result;
  }

  @Test
  void smallKeysAndSmallOrHugeExponentsAreRefused() throws Exception {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    BigInteger modulus = ((RSAPublicKey) KEYS.get(KeyKind.RSA).getPublic()).getModulus();

    assertThat(KeyRules.problem(factory.generatePublic(spec(modulus, "3")))).isPresent();
    assertThat(KeyRules.problem(factory.generatePublic(spec(modulus, "4294967297")))).isPresent();
    assertThat(KeyRules.problem(factory.generatePublic(spec(modulus, "65537")))).isEmpty();
    KeyPair small = pair("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4));
    assertThat(KeyRules.problem(small.getPublic()).orElseThrow()).contains("1024 bits");
    byte[] signature = SIGNATURES.sign(SignatureScheme.RSA_SHA256, small.getPrivate(), ONE);
    assertThat(SIGNATURES.verifyPkcs1(HashId.SHA2_256, small.getPublic(), signature, ONE))
        .isFalse();
    KeyPair ed448 = KeyPairGenerator.getInstance("Ed448").generateKeyPair();
    assertThat(KeyRules.problem(ed448.getPublic())).isPresent();
  }

  private static RSAPublicKeySpec spec(BigInteger modulus, String exponent) {
    return new RSAPublicKeySpec(modulus, new BigInteger(exponent));
  }

  @Test
  void aKeyOfAnotherKindDoesNotSign() {
    assertThatThrownBy(
            () ->
                SIGNATURES.sign(SignatureScheme.RSA_SHA256, KEYS.get(KeyKind.EC).getPrivate(), ONE))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void hashesAreAnnouncedInTwoOctetsEach() {
    assertThat(HashId.announcement()).containsExactly(0, 2, 0, 3, 0, 4, 0, 5);
    assertThat(HashId.announced(HexFormat.of().parseHex("00010002ffff000500")))
        .containsExactlyInAnyOrder(HashId.SHA1, HashId.SHA2_256, HashId.IDENTITY);
    assertThat(HashId.announced(new byte[0])).isEmpty();
  }
}
