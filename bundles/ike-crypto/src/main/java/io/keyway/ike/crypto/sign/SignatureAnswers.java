package io.keyway.ike.crypto.sign;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Asks a provider for a known answer before it is trusted with signatures. */
public final class SignatureAnswers {
  private static final String P256 =
      "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
          + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
          + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

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
    // RSA is checked by nobody's library but our own re-encoding; what is asked of a provider is
    // that it knows the name and takes the parameters.
    Signature signature = Signature.getInstance(name, provider);
    if (name.equals("RSASSA-PSS")) {
      signature.initVerify(
          KeyFactory.getInstance("RSA")
              .generatePublic(
                  new RSAPublicKeySpec(
                      BigInteger.ONE.shiftLeft(2048).subtract(BigInteger.ONE),
                      BigInteger.valueOf(65537))));
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
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
