package io.keyway.ike.crypto.cert;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a certificate may sign AUTH (RFC 4945 sections 5.1.3.2 and 5.1.3.12). */
final class LeafUsage {
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NON_REPUDIATION = 1;
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";

  /** any, ipsecIKE, iKEIntermediate, and what certificates for TLS have. */
  private static final Set<String> FIT =
      Set.of(
          "2.5.29.37.0",
          "1.3.6.1.5.5.7.3.17",
          "1.3.6.1.5.5.8.2.2",
          "1.3.6.1.5.5.7.3.1",
          "1.3.6.1.5.5.7.3.2");

  private LeafUsage() {}

  static Optional<String> problem(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
      return Optional.of(
          "certificate '"
              + Certificates.name(leaf)
              + "' must not be used to sign (its key usage lacks digitalSignature)");
    }
    Set<String> critical = leaf.getCriticalExtensionOIDs();
    if (critical == null || !critical.contains(EXTENDED_KEY_USAGE)) {
      // Not critical, it is advice to others than IKE.
      return Optional.empty();
    }
    try {
      List<String> extended = leaf.getExtendedKeyUsage();
      if (extended != null && extended.stream().anyMatch(FIT::contains)) {
        return Optional.empty();
      }
    } catch (CertificateParsingException e) {
      // As if it named nothing.
    }
    return Optional.of(
        "certificate '"
            + Certificates.name(leaf)
            + "' must not be used for IKE (its critical extended key usage)");
  }
}
