package io.keyway.plane.support.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** Certificates and keys from PEM text. */
final class Pem {

  private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
  private static final String END_KEY = "-----END PRIVATE KEY-----";

  private Pem() {}

  /**
   * Every certificate, in order.
   *
   * @throws GeneralSecurityException saying what is wrong with them
   */
  static List<X509Certificate> certificates(byte[] text) throws GeneralSecurityException {
    List<X509Certificate> found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(text))
            .stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (found.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return found;
  }

  /**
   * The key, in PKCS #8.
   *
   * @throws GeneralSecurityException saying what is wrong with it, without a part of it
   */
  static PrivateKey privateKey(byte[] text) throws GeneralSecurityException {
    int begin = find(text, BEGIN_KEY, 0);
    int end = find(text, END_KEY, Math.max(begin, 0));
    if (begin < 0 || end < 0) {
      throw new InvalidKeySpecException(
          find(text, "PRIVATE KEY-----", 0) < 0
              ? "there is no private key in it"
              : "it is not unencrypted PKCS #8; convert it: openssl pkcs8 -topk8 -nocrypt");
    }
    byte[] base64 = Arrays.copyOfRange(text, begin + BEGIN_KEY.length(), end);
    byte[] der = {};
    try {
      der = Base64.getMimeDecoder().decode(base64);
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
          // of another algorithm
        }
      }
      throw new InvalidKeySpecException("it is no RSA, EC or EdDSA key, or only a part of one");
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("it is not base64 between its first and last line");
    } finally {
      Arrays.fill(base64, (byte) 0);
      Arrays.fill(der, (byte) 0);
    }
  }

  private static int find(byte[] text, String wanted, int from) {
    byte[] sought = wanted.getBytes(StandardCharsets.US_ASCII);
    for (int i = from; i <= text.length - sought.length; i++) {
      if (Arrays.equals(text, i, i + sought.length, sought, 0, sought.length)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the two belong together, by a signature. */
  static boolean pair(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      byte[] something = new byte[32];
      new SecureRandom().nextBytes(something);
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(something);
      byte[] signature = signer.sign();
      signer.initVerify(certified);
      signer.update(something);
      return signer.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
