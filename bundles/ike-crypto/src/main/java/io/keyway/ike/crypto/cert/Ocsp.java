package io.keyway.ike.crypto.cert;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/** Online certificate status (RFC 6960): the question, and what an answer is worth. */
final class Ocsp {
  private static final String ACCESS = "1.3.6.1.5.5.7.1.1";
  private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

  /** For an answer that does not say how long it is good. */
  private static final Duration UNLIMITED_AGE = Duration.ofHours(24);

  private static final DigestCalculatorProvider DIGESTS = new BcDigestCalculatorProvider();

  private Ocsp() {}

  /** Where a certificate says that it can be asked for; only HTTP. */
  static List<URI> addresses(X509Certificate certificate) {
    List<URI> all = new ArrayList<>();
    byte[] extension = certificate.getExtensionValue(ACCESS);
    if (extension == null) {
      return all;
    }
    try {
      AuthorityInformationAccess access =
          AuthorityInformationAccess.getInstance(Crls.inner(extension));
      for (AccessDescription each : access.getAccessDescriptions()) {
        if (each.getAccessMethod().equals(AccessDescription.id_ad_ocsp)) {
          Uris.http(each.getAccessLocation()).ifPresent(all::add);
        }
      }
    } catch (IOException | RuntimeException e) {
      // A certificate that cannot say where has nothing to say.
    }
    return all;
  }

  /** The question, without a nonce: responders answer from a cache. */
  static byte[] request(X509Certificate certificate, X509Certificate issuer)
      throws UnusableException {
    try {
      CertificateID id =
          new CertificateID(
              DIGESTS.get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)),
              new JcaX509CertificateHolder(issuer),
              certificate.getSerialNumber());
      return new OCSPReqBuilder().addRequest(id).build().getEncoded();
    } catch (OperatorCreationException
        | OCSPException
        | GeneralSecurityException
        | IOException
        | RuntimeException e) {
      throw new UnusableException("no OCSP question can be made for it");
    }
  }

  /**
   * What an answer says, if it comes from the issuer or a responder that the issuer made one.
   *
   * @param until gets the time up to which the answer may be used again
   */
  static RevocationStatus status(
      byte[] answer,
      X509Certificate certificate,
      X509Certificate issuer,
      Instant now,
      Instant[] until) {
    try {
      OCSPResp response = new OCSPResp(answer);
      if (response.getStatus() != OCSPResp.SUCCESSFUL
          || !(response.getResponseObject() instanceof BasicOCSPResp basic)) {
        return unknown("the OCSP responder refused the question (" + response.getStatus() + ")");
      }
      if (!isSigned(basic, issuer, now)) {
        return unknown("the OCSP answer is not signed by the authority or its responder");
      }
      JcaX509CertificateHolder holder = new JcaX509CertificateHolder(issuer);
      BigInteger serial = certificate.getSerialNumber();
      for (SingleResp single : basic.getResponses()) {
        if (single.getCertID().getSerialNumber().equals(serial)
            && single.getCertID().matchesIssuer(holder, DIGESTS)) {
          return judge(single, now, until);
        }
      }
      return unknown("the OCSP answer is about another certificate");
    } catch (IOException | OCSPException | GeneralSecurityException | RuntimeException e) {
      return unknown("the OCSP answer is malformed");
    }
  }

  private static RevocationStatus judge(SingleResp single, Instant now, Instant[] until) {
    Instant from = single.getThisUpdate().toInstant();
    Instant to =
        single.getNextUpdate() == null
            ? from.plus(UNLIMITED_AGE)
            : single.getNextUpdate().toInstant();
    if (from.isAfter(now.plusSeconds(Revocation.SKEW_SECONDS))
        || to.isBefore(now.minusSeconds(Revocation.SKEW_SECONDS))) {
      return unknown("the OCSP answer is of another time, " + from + " to " + to);
    }
    until[0] = to;
    if (single.getCertStatus() == CertificateStatus.GOOD) {
      return new RevocationStatus.Good();
    }
    if (single.getCertStatus() instanceof RevokedStatus revoked) {
      return new RevocationStatus.Revoked(revoked.getRevocationTime().toInstant(), "OCSP");
    }
    return unknown("the OCSP responder does not know it");
  }

  private static boolean isSigned(BasicOCSPResp basic, X509Certificate issuer, Instant now)
      throws OCSPException, GeneralSecurityException, IOException {
    if (isSignedBy(basic, issuer.getPublicKey())) {
      return true;
    }
    for (X509CertificateHolder each : basic.getCerts()) {
      try {
        X509Certificate responder = Certificates.read(each.getEncoded());
        List<String> usage = responder.getExtendedKeyUsage();
        // RFC 6960 section 4.2.2.2: made a responder by the very issuer.
        if (usage != null
            && usage.contains(OCSP_SIGNING)
            && responder.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
          responder.checkValidity(java.util.Date.from(now));
          responder.verify(issuer.getPublicKey());
          if (isSignedBy(basic, responder.getPublicKey())) {
            return true;
          }
        }
      } catch (UnusableException | GeneralSecurityException e) {
        // Perhaps the next one.
      }
    }
    return false;
  }

  private static boolean isSignedBy(BasicOCSPResp basic, PublicKey key) {
    try {
      return basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
    } catch (OCSPException | OperatorCreationException | RuntimeException e) {
      return false;
    }
  }

  private static RevocationStatus unknown(String reason) {
    return new RevocationStatus.Unknown(reason, true);
  }
}
