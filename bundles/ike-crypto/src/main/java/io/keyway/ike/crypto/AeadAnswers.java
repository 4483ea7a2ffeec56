package io.keyway.ike.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/** Known answers of the AEADs beside GCM. */
final class AeadAnswers {
  private AeadAnswers() {}

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  /** RFC 3610 section 8, packet vectors 1 and 7: tags of 8 and 10 octets. */
  static void ccm(CipherPool pool) throws GeneralSecurityException {
    byte[] aad = hex("0001020304050607");
    check(
        AeadKind.CCM,
        pool,
        hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"),
        AeadKind.CCM.spec(64, hex("00000003020100a0a1a2a3a4a5")),
        aad,
        hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
        hex("588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"));
    check(
        AeadKind.CCM,
        pool,
        hex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"),
        AeadKind.CCM.spec(80, hex("00000009080706a0a1a2a3a4a5")),
        aad,
        hex("08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
        hex("0135d1b2c95f41d5d1d4fec185d166b8094e999dfed96c048c56602c97acbb7490"));
  }

  /** RFC 8439 section 2.8.2. */
  static void chacha20Poly1305(CipherPool pool) throws GeneralSecurityException {
    check(
        AeadKind.CHACHA20_POLY1305,
        pool,
        hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
        AeadKind.CHACHA20_POLY1305.spec(128, hex("070000004041424344454647")),
        hex("50515253c0c1c2c3c4c5c6c7"),
        ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the"
                + " future, sunscreen would be it.")
            .getBytes(StandardCharsets.US_ASCII),
        hex(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
                + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
                + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
                + "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"));
  }

  private static void check(
      AeadKind kind,
      CipherPool pool,
      byte[] key,
      AlgorithmParameterSpec spec,
      byte[] aad,
      byte[] plain,
      byte[] sealed)
      throws GeneralSecurityException {
    RawKey rawKey = new RawKey(kind.keyName(), key);
    Cipher cipher = kind.cipher(pool);
    cipher.init(Cipher.ENCRYPT_MODE, rawKey, spec);
    cipher.updateAAD(aad);
    require(Arrays.equals(cipher.doFinal(plain), sealed), kind + " encryption");
    cipher = kind.cipher(pool);
    cipher.init(Cipher.DECRYPT_MODE, rawKey, spec);
    cipher.updateAAD(aad);
    require(Arrays.equals(cipher.doFinal(sealed), plain), kind + " decryption");
    byte[] forged = sealed.clone();
    forged[forged.length - 1] ^= 1;
    cipher = kind.cipher(pool);
    cipher.init(Cipher.DECRYPT_MODE, rawKey, spec);
    cipher.updateAAD(aad);
    boolean refused = false;
    try {
      cipher.doFinal(forged);
    } catch (AEADBadTagException e) {
      refused = true;
    }
    require(refused, kind + " with a wrong tag");
  }

  private static void require(boolean right, String what) throws GeneralSecurityException {
    if (!right) {
      throw new GeneralSecurityException("wrong answer for " + what);
    }
  }

  /** One message of 1400 octets, to be measured; its key protects nothing. */
  static void seal(AeadKind kind, CipherPool pool) throws GeneralSecurityException {
    byte[] nonce = new byte[kind == AeadKind.CCM ? 11 : 12];
    long now = System.nanoTime();
    // Providers refuse a nonce that they had before with the same key.
    for (int i = 0; i < 8; i++) {
      nonce[i] = (byte) (now >>> 8 * i);
    }
    Cipher cipher = kind.cipher(pool);
    int keyOctets = kind == AeadKind.CHACHA20_POLY1305 ? 32 : 16;
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new RawKey(kind.keyName(), new byte[keyOctets]),
        kind.spec(128, nonce));
    cipher.doFinal(new byte[1400]);
  }
}
