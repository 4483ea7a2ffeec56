package io.keyway.ike.engine.log;

import io.keyway.ike.message.CertificatePayload;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Certificates: whose, and how long. */
final class Certificates {
  /** X.509 Certificate - Signature (RFC 7296 section 3.6). */
  private static final int X509_SIGNATURE = 4;

  private Certificates() {}

  static String text(CertificatePayload cert) {
    String length = cert.data().length() + " octets";
    if (cert.encoding() != X509_SIGNATURE) {
      return "encoding " + cert.encoding() + ", " + length;
    }
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(cert.data().toArray()));
      return "X.509 '" + certificate.getSubjectX500Principal().getName() + "', " + length;
    } catch (CertificateException | RuntimeException e) {
      return "X.509 that cannot be read, " + length;
    }
  }
}
