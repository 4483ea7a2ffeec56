package io.keyway.ike.engine.auth;

import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.message.CertificateRequestPayload;
import io.keyway.ike.message.Octets;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Whom we trust for a peer's certificate.
 *
 * @param anchors authorities
 * @param known every certificate of an authority in the store, which may fill a gap in a chain
 * @param lists CRLs in the store
 */
record Trust(List<X509Certificate> anchors, List<X509Certificate> known, List<X509CRL> lists) {
  /** X.509 certificate for signatures (RFC 7296 section 3.6). */
  static final int X509_SIGNATURE = 4;

  /** A message with more hashes would fragment for little use. */
  private static final int MOST_HASHES = 30;

  Trust {
    anchors = List.copyOf(anchors);
    known = List.copyOf(known);
    lists = List.copyOf(lists);
  }

  /** Asks for a certificate of one of these; of anybody when they are too many to name. */
  static CertificateRequestPayload request(List<X509Certificate> anchors) {
    ByteArrayOutputStream hashes = new ByteArrayOutputStream();
    if (anchors.size() <= MOST_HASHES) {
      anchors.forEach(anchor -> hashes.writeBytes(Certificates.keyHash(anchor)));
    }
    return new CertificateRequestPayload(X509_SIGNATURE, Octets.copyOf(hashes.toByteArray()));
  }
}
