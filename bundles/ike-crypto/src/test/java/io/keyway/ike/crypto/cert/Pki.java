package io.keyway.ike.crypto.cert;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.function.Consumer;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Authorities and certificates of a test. */
final class Pki {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static long serial = 1000;

  final X509Certificate certificate;
  final KeyPair keys;

  private Pki(X509Certificate certificate, KeyPair keys) {
    this.certificate = certificate;
    this.keys = keys;
  }

  /** What a certificate is to have. */
  static final class Wish {
    Instant from = NOW.minus(Duration.ofDays(1));
    Instant until = NOW.plus(Duration.ofDays(30));
    boolean authority;
    int usage = KeyUsage.digitalSignature;
    KeyPurposeId purpose;
    boolean purposeCritical = true;
    String crl;
    String ocsp;
    GeneralName[] names = {};
    KeyPair keys;

    Wish authority() {
      authority = true;
      usage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
      return this;
    }
  }

  static Pki root(String name) {
    return make(name, null, w -> w.authority());
  }

  Pki issue(String name, Consumer<Wish> wishes) {
    return make(name, this, wishes);
  }

  Pki issue(String name) {
    return issue(name, w -> {});
  }

  private static Pki make(String name, Pki issuer, Consumer<Wish> wishes) {
    try {
      Wish wish = new Wish();
      wishes.accept(wish);
      KeyPair keys = wish.keys == null ? newKeys() : wish.keys;
      X500Principal subject = new X500Principal("CN=" + name);
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer == null ? subject : issuer.certificate.getSubjectX500Principal(),
              BigInteger.valueOf(++serial),
              Date.from(wish.from),
              Date.from(wish.until),
              subject,
              keys.getPublic());
      if (wish.authority) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.usage));
      if (wish.purpose != null) {
        builder.addExtension(
            Extension.extendedKeyUsage, wish.purposeCritical, new ExtendedKeyUsage(wish.purpose));
      }
      if (wish.names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(wish.names));
      }
      if (wish.crl != null) {
        GeneralNames where = new GeneralNames(uri(wish.crl));
        builder.addExtension(
            Extension.cRLDistributionPoints,
            false,
            new CRLDistPoint(
                new DistributionPoint[] {
                  new DistributionPoint(new DistributionPointName(where), null, null)
                }));
      }
      if (wish.ocsp != null) {
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri(wish.ocsp)));
      }
      KeyPair signer = issuer == null ? keys : issuer.keys;
      return new Pki(
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))),
          keys);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(text));
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** A list of this authority that revokes these. */
  X509CRL crl(Instant from, Instant until, Pki... revoked) {
    try {
      JcaX509v2CRLBuilder builder =
          new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(from));
      builder.setNextUpdate(Date.from(until));
      for (Pki each : revoked) {
        builder.addCRLEntry(each.certificate.getSerialNumber(), Date.from(from), 1);
      }
      return new JcaX509CRLConverter()
          .getCRL(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  X509CRL crl(Pki... revoked) {
    return crl(NOW.minusSeconds(60), NOW.plusSeconds(3600), revoked);
  }

  /** An answer about a certificate of {@code issuer}, signed by this one. */
  byte[] ocsp(Pki issuer, Pki subject, boolean revoked, Instant from, Instant until) {
    try {
      X509CertificateHolder holder = new JcaX509CertificateHolder(issuer.certificate);
      CertificateID id =
          new CertificateID(
              new BcDigestCalculatorProvider()
                  .get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)),
              holder,
              subject.certificate.getSerialNumber());
      BasicOCSPRespBuilder builder =
          new BasicOCSPRespBuilder(
              new RespID(new JcaX509CertificateHolder(certificate).getSubject()));
      builder.addResponse(
          id,
          revoked ? new RevokedStatus(Date.from(from), 1) : CertificateStatus.GOOD,
          Date.from(from),
          Date.from(until),
          null);
      return new OCSPRespBuilder()
          .build(
              OCSPResp.SUCCESSFUL,
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()),
                  new X509CertificateHolder[] {new JcaX509CertificateHolder(certificate)},
                  Date.from(from)))
          .getEncoded();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
