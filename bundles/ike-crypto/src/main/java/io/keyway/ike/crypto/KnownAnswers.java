package io.keyway.ike.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.DHParameterSpec;
import javax.crypto.spec.DHPrivateKeySpec;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * One published answer per algorithm, asked of a provider before it is trusted: a native library
 * built for another processor may load and still be wrong.
 */
final class KnownAnswers {
  private KnownAnswers() {}

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static void require(boolean right, String what) throws GeneralSecurityException {
    if (!right) {
      throw new GeneralSecurityException("wrong answer for " + what);
    }
  }

  /** RFC 4231 section 4.3. */
  static void hmac(String algorithm, Hmac hmac) throws GeneralSecurityException {
    String expected =
        switch (algorithm) {
          case "HmacSHA256" -> "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
          case "HmacSHA384" ->
              "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                  + "8e2240ca5e69e2c78b3239ecfab21649";
          case "HmacSHA512" ->
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                  + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
          default -> throw new IllegalArgumentException(algorithm);
        };
    byte[] answer =
        hmac.compute(
            hex("4a656665"), hex("7768617420646f2079612077616e7420666f72206e6f7468696e673f"));
    require(Arrays.equals(answer, hex(expected)), algorithm);
  }

  /** Cases 4, 10 and 16 of the GCM submission by McGrew and Viega, both ways, and a wrong tag. */
  static void gcm(CipherPool pool) throws GeneralSecurityException {
    byte[] half = hex("feffe9928665731c6d6a8f9467308308");
    byte[] iv = hex("cafebabefacedbaddecaf888");
    byte[] aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    byte[] plain =
        hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    String[] expected = {
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84"
          + "aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
      "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a"
          + "3f4718e2448b2fe324d9ccda27102519498e80f1478f37ba55bd6d27618c",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
          + "8838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    };
    for (int i = 0; i < 3; i++) {
      byte[] key = Arrays.copyOf(half, 16 + 8 * i);
      System.arraycopy(half, 0, key, 16, 8 * i);
      RawKey rawKey = new RawKey("AES", key);
      GCMParameterSpec spec = new GCMParameterSpec(128, iv);
      byte[] sealed = hex(expected[i]);
      Cipher cipher = pool.get();
      cipher.init(Cipher.ENCRYPT_MODE, rawKey, spec);
      cipher.updateAAD(aad);
      require(Arrays.equals(cipher.doFinal(plain), sealed), "AES-GCM encryption");
      cipher.init(Cipher.DECRYPT_MODE, rawKey, spec);
      cipher.updateAAD(aad);
      require(Arrays.equals(cipher.doFinal(sealed), plain), "AES-GCM decryption");
      sealed[sealed.length - 1] ^= 1;
      cipher.init(Cipher.DECRYPT_MODE, rawKey, spec);
      cipher.updateAAD(aad);
      boolean refused = false;
      try {
        cipher.doFinal(sealed);
      } catch (javax.crypto.AEADBadTagException e) {
        refused = true;
      }
      require(refused, "AES-GCM with a wrong tag");
    }
  }

  /** NIST SP 800-38A section F.2, first block. */
  static void cbc(CipherPool pool) throws GeneralSecurityException {
    byte[] iv = hex("000102030405060708090a0b0c0d0e0f");
    byte[] plain = hex("6bc1bee22e409f96e93d7e117393172a");
    String[][] cases = {
      {"2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d"},
      {"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "4f021db243bc633d7178183a9fa071e8"},
      {
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
      }
    };
    for (String[] c : cases) {
      RawKey key = new RawKey("AES", hex(c[0]));
      Cipher cipher = pool.get();
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
      require(Arrays.equals(cipher.doFinal(plain), hex(c[1])), "AES-CBC encryption");
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
      require(Arrays.equals(cipher.doFinal(hex(c[1])), plain), "AES-CBC decryption");
    }
  }

  /** RFC 5903 section 8, RFC 7748 section 6; for MODP a computed case, as a digest. */
  static void keyExchange(KeyExchange exchange) throws GeneralSecurityException {
    switch (exchange.method()) {
      case ECP_256 ->
          curve(
              exchange,
              "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420"
                  + "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
              "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                  + "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
              "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
      case ECP_384 ->
          curve(
              exchange,
              "304e020100301006072a8648ce3d020106052b81040022043730350201010430"
                  + "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
                  + "e35b538041e649ee3faef896783ab194",
              "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
                  + "0d1ac43a0336def96fda41d0774a3571"
                  + "dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1ff"
                  + "f83fa40142209dff5eaad96db9e6386c",
              "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
                  + "d603135569b9e9d09cf5d4a270f59746");
      case ECP_521 ->
          curve(
              exchange,
              "3060020100301006072a8648ce3d020106052b81040023044930470201010442"
                  + "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
                  + "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
              "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
                  + "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f"
                  + "015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87"
                  + "220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
              "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
                  + "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea");
      case X25519 ->
          curve(
              exchange,
              "302e020100300506032b656e04220420"
                  + "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
              "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
      case X448 ->
          curve(
              exchange,
              "3046020100300506032b656f043a0438"
                  + "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d"
                  + "6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
              "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c"
                  + "22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
              "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
                  + "b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d");
      case MODP_2048 ->
          modp(
              exchange,
              "f2fb6ef4b2938d3e2cebf478a9de9036cdcc7c4f68948b36bb6931f02e6f6279d59ef2ed37299966",
              "8b4de71adbc56a6a6d75c3a259a1fc185ed5916d513c4196847b999bac5bccc24a6f8004b2b6b041",
              "d0f13eb138bfe174f89de87db12482ed310581d39b6a5697d73c974dcc1d78d5");
      case MODP_3072 ->
          modp(
              exchange,
              "df339c9a3a48bbbf81f51197b7856fe1a7ec67d36838c5d88c3d58f86adb8dff"
                  + "03d5e8a015640b737a22290eead6600f14d9996f2",
              "9bbb55fd89872a7fb935744751583781192d2100049c0163e21cd4ebed070ef6"
                  + "1cb979faaae390971e5be9e8f2f4aed4963eea886",
              "7b7918a808e9b18df0b2cf0f6ba47006bf93beff8b1deab3cd6ca6404d942c15");
      case MODP_4096 ->
          modp(
              exchange,
              "162c60266b375c676e72e3522db3f9e0473591f4d4ab514c0bd0bac6"
                  + "4719f2912119b936f54c9627f0f9a40ef564d8a07976237f43320eb8ea4178d2",
              "ec8d8f56c07822899b87cb067b1ebf9caa1c10399d71edc976edbabd"
                  + "ab34b4124dce001a6b0ccaf1c20771ede77e0386df4d7326bdd75e8409f0042b",
              "3aeb7f09f57f86b2859abe383738fc18c7cc22d614c218bd019e8fc29fb52023");
      case MODP_6144 ->
          modp(
              exchange,
              "82d82d1bb0ff7f95cb98f847859ac379d482ddb6309ba6940c3e7e4d"
                  + "39b0ab1f2d32f7fab5610f3c8370b071006d72368a1129a956beac4f8fc1793c",
              "efe91ca14b7d6a0b34f3c97e04da834fd682685853415dc2980970b6"
                  + "927aa968ca97a122ae217f977b26d80838ea42f9f7f71e09dab3da7467541e51",
              "d73fbf1334e25851ab620e443f631cb621210bd50f3e89def03091859264fd70");
      case MODP_8192 ->
          modp(
              exchange,
              "62300e97aa12eee76d518ee4dd1646e5ca6a2f3105f557b23820807954cced49"
                  + "f37c6bce331bd2f01de9d3dd251acb47cd323d8cef8aef3b848aaeae",
              "37e8e5e28a7a3bbe22fba8d502ae21f0462ede2a642f39b7406408186e47bc85"
                  + "be752757c3d98fce914363dec0f33a29a5cd12966f85b207f9541820",
              "46ae04a5d889a06d4da1e2b3ba7e58527173b00690bc014eaa8d62357284e2e0");
      default -> throw new IllegalArgumentException(exchange.method() + " is tested elsewhere");
    }
    consistency(exchange);
  }

  private static void curve(KeyExchange exchange, String pkcs8, String peer, String expected)
      throws GeneralSecurityException {
    require(
        Arrays.equals(secret(agree(exchange, hex(pkcs8), hex(peer))), hex(expected)),
        exchange.method().keyword());
  }

  /** With a given private key, in a PKCS #8 structure whose last octets it is. */
  static KeyAgreementResult agree(KeyExchange exchange, byte[] pkcs8, byte[] peer)
      throws GeneralSecurityException {
    if (exchange instanceof MontgomeryExchange direct) {
      byte[] key = Arrays.copyOfRange(pkcs8, pkcs8.length - peer.length, pkcs8.length);
      return direct.agree(key, new byte[0], peer);
    }
    JcaKeyExchange jca = (JcaKeyExchange) exchange;
    PrivateKey key = jca.keyFactory().generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    return jca.agree(key, new byte[0], peer);
  }

  private static void modp(KeyExchange exchange, String x, String y, String secretSha256)
      throws GeneralSecurityException {
    ModpFormat format = ModpFormat.of(exchange.method());
    DHParameterSpec group = format.parameters();
    JcaKeyExchange jca = (JcaKeyExchange) exchange;
    PrivateKey key =
        jca.keyFactory()
            .generatePrivate(
                new DHPrivateKeySpec(new BigInteger(x, 16), group.getP(), group.getG()));
    byte[] peer = format.pad(group.getG().modPow(new BigInteger(y, 16), group.getP()));
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(secret(jca.agree(key, new byte[0], peer)));
    require(Arrays.equals(digest, hex(secretSha256)), exchange.method().keyword());
  }

  /** Two fresh key pairs must agree: the way that key generation and encoding are tested. */
  static void consistency(KeyExchange exchange) throws GeneralSecurityException {
    try (KeyExchange.Initiation initiation = exchange.initiate()) {
      KeyAgreementResult theirs = exchange.respond(initiation.publicValue());
      if (!(theirs instanceof KeyAgreementResult.Agreed agreed)) {
        throw new GeneralSecurityException(theirs.toString());
      }
      byte[] responder = secret(agreed);
      byte[] initiator = secret(initiation.complete(agreed.publicValue()));
      require(
          MessageDigest.isEqual(initiator, responder),
          "a fresh exchange with " + exchange.method().keyword());
    }
  }

  static byte[] secret(KeyAgreementResult result) throws GeneralSecurityException {
    if (result instanceof KeyAgreementResult.Agreed agreed) {
      try (var secret = agreed.sharedSecret()) {
        return secret.read(byte[]::clone);
      }
    }
    throw new GeneralSecurityException(result.toString());
  }
}
