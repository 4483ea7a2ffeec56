package io.keyway.ike.crypto.cert;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Reads certificates, strictly and within bounds. */
public final class Certificates {
  /** Octets of one certificate in DER; the largest honest ones have a few thousand. */
  public static final int LONGEST = 16 * 1024;

  /** Certificates of one file. */
  private static final int MOST = 200;

  private Certificates() {}

  /** One certificate in DER, with nothing after it. */
  public static X509Certificate read(byte[] der) throws UnusableException {
    if (der.length > LONGEST) {
      throw new UnusableException(
          "it has " + der.length + " octets; at most " + LONGEST + " are accepted");
    }
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
      if (!Arrays.equals(certificate.getEncoded(), der)) {
        throw new UnusableException("octets follow the certificate");
      }
      return certificate;
    } catch (CertificateException | RuntimeException e) {
      throw new UnusableException("it is no X.509 certificate in DER");
    }
  }

  /** The certificates of a file, in its order: one in DER, or any number in PEM. */
  public static List<X509Certificate> readAll(byte[] file) throws UnusableException {
    if (file.length > 0 && file[0] == 0x30) {
      return List.of(read(file));
    }
    List<X509Certificate> all = new ArrayList<>();
    for (Pem.Block block : Pem.blocks(new String(file, StandardCharsets.ISO_8859_1))) {
      if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
        if (all.size() == MOST) {
          throw new UnusableException("more than " + MOST + " certificates in one file");
        }
        all.add(read(block.octets()));
      }
    }
    if (all.isEmpty()) {
      throw new UnusableException("there is no certificate in it; PEM or DER is expected");
    }
    return List.copyOf(all);
  }

  /** SHA-1 of SubjectPublicKeyInfo: how CERTREQ names an authority (RFC 7296 section 3.7). */
  public static byte[] keyHash(X509Certificate certificate) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(certificate.getPublicKey().getEncoded());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /** Whether the certificate is its own issuer by name. */
  public static boolean selfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  /** The name of its subject for people. */
  public static String name(X509Certificate certificate) {
    return name(certificate.getSubjectX500Principal());
  }

  /** A distinguished name for people, within bounds and without characters that upset a log. */
  public static String name(X500Principal principal) {
    String text = principal.getName(X500Principal.RFC1779).replaceAll("\\p{Cntrl}", "?");
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }
}
