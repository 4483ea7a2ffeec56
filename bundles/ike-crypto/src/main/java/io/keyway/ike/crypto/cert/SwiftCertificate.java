package io.keyway.ike.crypto.cert;

import io.keyway.ike.crypto.sign.SignatureScheme;
import io.keyway.ike.crypto.sign.Signatures;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate as the JDK sees it but for one thing: its signature is checked by the provider that
 * is fastest at it. The JDK's path validation asks the certificate itself, and on elliptic curves
 * the JDK's own answer would take most of the time of a set-up.
 */
final class SwiftCertificate extends X509Certificate {
  private static final long serialVersionUID = 1L;

  private final transient X509Certificate real;
  private final transient Signatures signatures;

  SwiftCertificate(X509Certificate real, Signatures signatures) {
    this.real = real;
    this.signatures = signatures;
  }

  /** The schemes at which there are faster providers than the JDK. */
  private Optional<SignatureScheme> scheme() {
    return Optional.ofNullable(
        switch (real.getSigAlgOID()) {
          case "1.2.840.10045.4.3.2" -> SignatureScheme.ECDSA_SHA256;
          case "1.2.840.10045.4.3.3" -> SignatureScheme.ECDSA_SHA384;
          case "1.2.840.10045.4.3.4" -> SignatureScheme.ECDSA_SHA512;
          case "1.3.101.112" -> SignatureScheme.ED25519;
          default -> null;
        });
  }

  @Override
  public void verify(PublicKey key)
      throws CertificateException,
          NoSuchAlgorithmException,
          InvalidKeyException,
          NoSuchProviderException,
          SignatureException {
    Optional<SignatureScheme> scheme = scheme();
    if (scheme.isEmpty()) {
      real.verify(key);
    } else if (!signatures.verify(
        scheme.get(), key, real.getSignature(), real.getTBSCertificate())) {
      throw new SignatureException("the signature is not the authority's");
    }
  }

  @Override
  public void verify(PublicKey key, String provider)
      throws CertificateException,
          NoSuchAlgorithmException,
          InvalidKeyException,
          NoSuchProviderException,
          SignatureException {
    if (provider == null || provider.isEmpty()) {
      // How the JDK's path validation says that it leaves the choice to us.
      verify(key);
    } else {
      real.verify(key, provider);
    }
  }

  @Override
  public void checkValidity() throws CertificateExpiredException, CertificateNotYetValidException {
    real.checkValidity();
  }

  @Override
  public void checkValidity(Date date)
      throws CertificateExpiredException, CertificateNotYetValidException {
    real.checkValidity(date);
  }

  @Override
  public int getVersion() {
    return real.getVersion();
  }

  @Override
  public BigInteger getSerialNumber() {
    return real.getSerialNumber();
  }

  @Override
  @SuppressWarnings("deprecation")
  public Principal getIssuerDN() {
    return real.getIssuerDN();
  }

  @Override
  @SuppressWarnings("deprecation")
  public Principal getSubjectDN() {
    return real.getSubjectDN();
  }

  @Override
  public X500Principal getIssuerX500Principal() {
    return real.getIssuerX500Principal();
  }

  @Override
  public X500Principal getSubjectX500Principal() {
    return real.getSubjectX500Principal();
  }

  @Override
  public Date getNotBefore() {
    return real.getNotBefore();
  }

  @Override
  public Date getNotAfter() {
    return real.getNotAfter();
  }

  @Override
  public byte[] getTBSCertificate() throws CertificateEncodingException {
    return real.getTBSCertificate();
  }

  @Override
  public byte[] getSignature() {
    return real.getSignature();
  }

  @Override
  public String getSigAlgName() {
    return real.getSigAlgName();
  }

  @Override
  public String getSigAlgOID() {
    return real.getSigAlgOID();
  }

  @Override
  public byte[] getSigAlgParams() {
    return real.getSigAlgParams();
  }

  @Override
  public boolean[] getIssuerUniqueID() {
    return real.getIssuerUniqueID();
  }

  @Override
  public boolean[] getSubjectUniqueID() {
    return real.getSubjectUniqueID();
  }

  @Override
  public boolean[] getKeyUsage() {
    return real.getKeyUsage();
  }

  @Override
  public List<String> getExtendedKeyUsage() throws CertificateParsingException {
    return real.getExtendedKeyUsage();
  }

  @Override
  public int getBasicConstraints() {
    return real.getBasicConstraints();
  }

  @Override
  public Collection<List<?>> getSubjectAlternativeNames() throws CertificateParsingException {
    return real.getSubjectAlternativeNames();
  }

  @Override
  public Collection<List<?>> getIssuerAlternativeNames() throws CertificateParsingException {
    return real.getIssuerAlternativeNames();
  }

  @Override
  public byte[] getEncoded() throws CertificateEncodingException {
    return real.getEncoded();
  }

  @Override
  public PublicKey getPublicKey() {
    return real.getPublicKey();
  }

  @Override
  public boolean hasUnsupportedCriticalExtension() {
    return real.hasUnsupportedCriticalExtension();
  }

  @Override
  public Set<String> getCriticalExtensionOIDs() {
    return real.getCriticalExtensionOIDs();
  }

  @Override
  public Set<String> getNonCriticalExtensionOIDs() {
    return real.getNonCriticalExtensionOIDs();
  }

  @Override
  public byte[] getExtensionValue(String oid) {
    return real.getExtensionValue(oid);
  }

  @Override
  public String toString() {
    return real.toString();
  }
}
