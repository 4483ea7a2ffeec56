package io.keyway.esp;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Chooses who computes AES. Bouncy Castle, which a container brings along, is twenty times slower
 * than the JDK for AES-GCM and is never taken; Amazon's provider is preferred when somebody
 * installed it. A provider must answer a known test (NIST GCM test case 4) before it is trusted.
 */
final class FastProviders {
  private static final String GCM = "AES/GCM/NoPadding";

  private FastProviders() {}

  /** The provider for AES-GCM. */
  static Provider gcm() {
    return Holder.GCM_PROVIDER;
  }

  /** The provider for ChaCha20-Poly1305. */
  static Provider chacha() {
    return Holder.CHACHA_PROVIDER;
  }

  /** The provider for AES-CBC. */
  static Provider cbc() {
    return Holder.CBC_PROVIDER;
  }

  /** Best candidate among the installed providers; exposed to tests with its own list. */
  static Provider choose(String transformation, Provider[] installed) {
    return Arrays.stream(installed)
        .filter(p -> p.getName() != null && !p.getName().startsWith("BC"))
        .filter(p -> offers(p, transformation))
        .filter(p -> !transformation.equals(GCM) || answersKnownTest(p))
        .min(Comparator.comparingInt(FastProviders::rank))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no provider of "
                        + transformation
                        + " besides Bouncy Castle: add SunJCE back to security.provider.N of"
                        + " java.security"));
  }

  private static int rank(Provider provider) {
    return switch (provider.getName()) {
      case "AmazonCorrettoCryptoProvider" -> 0;
      case "SunJCE" -> 1;
      default -> 2;
    };
  }

  private static boolean offers(Provider provider, String transformation) {
    try {
      Cipher.getInstance(transformation, provider);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean answersKnownTest(Provider provider) {
    HexFormat hex = HexFormat.of();
    try {
      Cipher cipher = Cipher.getInstance(GCM, provider);
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(hex.parseHex("feffe9928665731c6d6a8f9467308308"), "AES"),
          new GCMParameterSpec(128, hex.parseHex("cafebabefacedbaddecaf888")));
      cipher.updateAAD(hex.parseHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
      byte[] sealed =
          cipher.doFinal(
              hex.parseHex(
                  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                      + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
      return hex.formatHex(sealed).endsWith("5bc94fbc3221a5db94fae95ae7121a47");
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static final class Holder {
    static final Provider GCM_PROVIDER = choose(GCM, Security.getProviders());
    static final Provider CHACHA_PROVIDER = choose("ChaCha20-Poly1305", Security.getProviders());
    static final Provider CBC_PROVIDER = choose("AES/CBC/NoPadding", Security.getProviders());
  }
}
