package io.keyway.ike.crypto.sign;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** Asks a provider for a known answer before it is trusted with signatures. */
public final class SignatureAnswers {
  private static final String P256 =
      "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
          + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
          + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

  private static final PSSParameterSpec PSS =
      new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);

  private SignatureAnswers() {}

  /**
   * Throws, with the reason, when a provider is wrong.
   *
   * @param name in the JCA, such as {@code SHA256withECDSA}
   */
  public static void check(String name, Provider provider) throws GeneralSecurityException {
    if (name.endsWith("ECDSA")) {
      ecdsa(provider);
    } else if (name.equals("Ed25519")) {
      ed25519(provider);
    }
    if (!name.endsWith("RSA") && !name.equals("RSASSA-PSS")) {
      return;
    }
    byte[] signature = rsa(name, provider);
    boolean right =
        name.equals("RSASSA-PSS")
            ? verifiesPss(provider, "sample", signature)
                && !verifiesPss(provider, "samplf", signature)
            : Pkcs1.verify(TestKey.PUBLIC, hash(name), signature, octets("sample"));
    require(right, true, name);
  }

  /** What a gateway does once in a set-up, to be measured: for RSA its own signature. */
  public static void measure(String name, Provider provider) throws GeneralSecurityException {
    if (name.endsWith("ECDSA") || name.equals("Ed25519")) {
      check(name, provider);
    } else {
      rsa(name, provider);
    }
  }

  private static byte[] rsa(String name, Provider provider) throws GeneralSecurityException {
    Signature signer = Signature.getInstance(name, provider);
    signer.initSign(TestKey.PRIVATE);
    if (name.equals("RSASSA-PSS")) {
      signer.setParameter(PSS);
    }
    signer.update(octets("sample"));
    return signer.sign();
  }

  private static boolean verifiesPss(Provider provider, String message, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("RSASSA-PSS", provider);
    verifier.initVerify(TestKey.PUBLIC);
    verifier.setParameter(PSS);
    verifier.update(octets(message));
    return verifier.verify(signature);
  }

  private static HashId hash(String name) {
    return Arrays.stream(HashId.values())
        .filter(h -> name.equals(h.jcaName().replace("-", "") + "withRSA"))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " is no RSA signature"));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A key that everybody knows, of two primes of 1024 bits; made when it is first needed. */
  private static final class TestKey {
    private static final BigInteger P =
        number(
            "f8001b9f0304f025ccf8c39148e4ceb18d2ddd8d7de496117e86684eeaea31a7"
                + "161cefdec0903f9278f473849adb8673dbd139172008b4c215971869be3841bf"
                + "2a0cfb66a5835aeff0c3588a952de84e1cb4ef09bc9cbfd109ae8b2caa3e574a"
                + "2def978f9b91409a534f96fa8dd521119a29b973cdcc808daaa80ed8f465ab5b");
    private static final BigInteger Q =
        number(
            "c62bddf6f27afb2b2d08c446e7f2e63c1ad7946497d32456e4695546b5ab93f5"
                + "3f141520932f621e916bfacfa557a68722691ad5bff8ced27b80bce09b94e97b"
                + "737dd34f0ec8f7d20708532492def28f3b7ac73dfb2bd0dbc6762f9cd26d379e"
                + "8a6d1ddf837239f86aa69b13f4057d5fece7dbfddb4aa458928fa7e18ec8af75");
    private static final BigInteger E = BigInteger.valueOf(65537);
    static final PrivateKey PRIVATE;
    static final RSAPublicKey PUBLIC;

    static {
      BigInteger p1 = P.subtract(BigInteger.ONE);
      BigInteger q1 = Q.subtract(BigInteger.ONE);
      BigInteger d = E.modInverse(p1.multiply(q1));
      try {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        PRIVATE =
            factory.generatePrivate(
                new RSAPrivateCrtKeySpec(
                    P.multiply(Q), E, d, P, Q, d.mod(p1), d.mod(q1), Q.modInverse(P)));
        PUBLIC = (RSAPublicKey) factory.generatePublic(new RSAPublicKeySpec(P.multiply(Q), E));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK takes an RSA key of 2048 bits", e);
      }
    }

    private static BigInteger number(String hex) {
      return new BigInteger(hex, 16);
    }
  }

  /** RFC 6979 appendix A.2.5, SHA-256, message "sample"; and the same with a flipped bit. */
  private static void ecdsa(Provider provider) throws GeneralSecurityException {
    PublicKey key =
        KeyFactory.getInstance("EC", provider).generatePublic(new X509EncodedKeySpec(hex(P256)));
    byte[] der =
        hex(
            "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                + "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    require(verifies("SHA256withECDSA", provider, key, "sample", der), true, "ECDSA");
    require(verifies("SHA256withECDSA", provider, key, "samplf", der), false, "ECDSA");
  }

  /** RFC 8032 section 7.1, test 1. */
  private static void ed25519(Provider provider) throws GeneralSecurityException {
    PublicKey key =
        KeyFactory.getInstance("Ed25519", provider)
            .generatePublic(
                new X509EncodedKeySpec(
                    hex(
                        "302a300506032b6570032100"
                            + "d75a980182b10ab7d54bfed3c964073a"
                            + "0ee172f3daa62325af021a68f707511a")));
    byte[] signature =
        hex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    require(verifies("Ed25519", provider, key, "", signature), true, "Ed25519");
    require(verifies("Ed25519", provider, key, "x", signature), false, "Ed25519");
  }

  private static boolean verifies(
      String name, Provider provider, PublicKey key, String message, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(name, provider);
    verifier.initVerify(key);
    verifier.update(message.getBytes(StandardCharsets.US_ASCII));
    return verifier.verify(signature);
  }

  private static void require(boolean got, boolean wanted, String what)
      throws GeneralSecurityException {
    if (got != wanted) {
      throw new GeneralSecurityException("wrong answer for " + what);
    }
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
