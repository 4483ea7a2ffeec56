package io.keyway.ike.crypto.cert;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;

/** Certificate revocation lists (RFC 5280 section 5). */
public final class Crls {
  private static final String DISTRIBUTION_POINTS = "2.5.29.31";
  private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";

  private Crls() {}

  /** A list in DER or PEM. */
  public static X509CRL read(byte[] octets) throws UnusableException {
    byte[] der = octets;
    if (octets.length == 0 || octets[0] != 0x30) {
      der =
          Pem.blocks(new String(octets, StandardCharsets.ISO_8859_1)).stream()
              .filter(b -> b.label().equals("X509 CRL"))
              .map(Pem.Block::octets)
              .findFirst()
              .orElseThrow(() -> new UnusableException("there is no CRL in it"));
    }
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new UnusableException("it is no X.509 CRL");
    }
  }

  /** Where a certificate says that its list is; only HTTP. */
  static List<URI> addresses(X509Certificate certificate) {
    List<URI> all = new ArrayList<>();
    try {
      for (DistributionPoint point : points(certificate)) {
        DistributionPointName name = point.getDistributionPoint();
        // A list of another issuer, or for some reasons only, does not say all.
        if (name == null
            || name.getType() != DistributionPointName.FULL_NAME
            || point.getCRLIssuer() != null
            || point.getReasons() != null) {
          continue;
        }
        for (GeneralName each : GeneralNames.getInstance(name.getName()).getNames()) {
          Uris.http(each).ifPresent(all::add);
        }
      }
    } catch (IOException | RuntimeException e) {
      // A certificate that cannot say where has nothing to say.
    }
    return all;
  }

  private static DistributionPoint[] points(X509Certificate certificate) throws IOException {
    byte[] extension = certificate.getExtensionValue(DISTRIBUTION_POINTS);
    return extension == null
        ? new DistributionPoint[0]
        : CRLDistPoint.getInstance(inner(extension)).getDistributionPoints();
  }

  static ASN1Primitive inner(byte[] extension) throws IOException {
    return ASN1Primitive.fromByteArray(ASN1OctetString.getInstance(extension).getOctets());
  }

  /** What a list says about a certificate; UNKNOWN when the list must not be used. */
  static RevocationStatus status(
      X509CRL crl, X509Certificate certificate, X509Certificate issuer, Instant now) {
    String problem = problem(crl, certificate, issuer, now);
    if (!problem.isEmpty()) {
      return new RevocationStatus.Unknown("its CRL " + problem, true);
    }
    X509CRLEntry entry = crl.getRevokedCertificate(certificate);
    if (entry == null) {
      return new RevocationStatus.Good();
    }
    return new RevocationStatus.Revoked(
        entry.getRevocationDate().toInstant(),
        "CRL" + (entry.getRevocationReason() == null ? "" : ", " + entry.getRevocationReason()));
  }

  /** Whether a list is the issuer's and still good. */
  static String problem(
      X509CRL crl, X509Certificate certificate, X509Certificate issuer, Instant now) {
    if (!crl.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
      return "is of another authority";
    }
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[6]) {
      return "is signed by an authority that must not sign CRLs (key usage)";
    }
    try {
      crl.verify(issuer.getPublicKey());
    } catch (GeneralSecurityException | RuntimeException e) {
      return "is not signed by '" + Certificates.name(issuer) + "'";
    }
    if (crl.getThisUpdate().toInstant().isAfter(now.plusSeconds(Revocation.SKEW_SECONDS))) {
      return "is of the future; check the clocks";
    }
    if (crl.getNextUpdate() != null
        && crl.getNextUpdate().toInstant().isBefore(now.minusSeconds(Revocation.SKEW_SECONDS))) {
      return "ended at " + crl.getNextUpdate().toInstant();
    }
    return wholeList(crl, certificate) ? "" : "does not say all about this certificate";
  }

  /** A delta, an indirect list or one of another kind of certificate must not be taken for all. */
  private static boolean wholeList(X509CRL crl, X509Certificate certificate) {
    Set<String> critical = crl.getCriticalExtensionOIDs();
    if (critical != null
        && critical.stream().anyMatch(oid -> !oid.equals(ISSUING_DISTRIBUTION_POINT))) {
      return false;
    }
    byte[] extension = crl.getExtensionValue(ISSUING_DISTRIBUTION_POINT);
    if (extension == null) {
      return true;
    }
    try {
      IssuingDistributionPoint point = IssuingDistributionPoint.getInstance(inner(extension));
      boolean authority = certificate.getBasicConstraints() >= 0;
      return !point.isIndirectCRL()
          && point.getOnlySomeReasons() == null
          && !point.onlyContainsAttributeCerts()
          && !(point.onlyContainsCACerts() && !authority)
          && !(point.onlyContainsUserCerts() && authority);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
