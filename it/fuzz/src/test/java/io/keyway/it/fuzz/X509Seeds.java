package io.keyway.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
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
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Writes the authority of {@link TestAuthority} and the seeds of its target: {@code X509Seeds
 * RESOURCES CORPUS}. The keys are new each time, so all of it is written together.
 */
final class X509Seeds {
  private static final Instant NOW = CertificatePieces.NOW;

  private final Path resources;
  private final Path corpus;
  private final KeyPair authority = keys();
  private final KeyPair below = keys();
  private final KeyPair leaf = keys();
  private long serial = 100;

  private X509Seeds(Path resources, Path corpus) {
    this.resources = resources;
    this.corpus = corpus;
  }

  public static void main(String[] args) throws Exception {
    new X509Seeds(
            Files.createDirectories(Path.of(args[0])),
            Files.createDirectories(Path.of(args[1]).resolve("x509")))
        .write();
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContentSigner signer(PrivateKey key) throws Exception {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
  }

  private JcaX509v3CertificateBuilder builder(String issuer, String subject, KeyPair of) {
    return new JcaX509v3CertificateBuilder(
        new X500Principal("CN=" + issuer),
        BigInteger.valueOf(++serial),
        Date.from(NOW.minus(Duration.ofDays(400))),
        Date.from(NOW.plus(Duration.ofDays(4000))),
        new X500Principal("CN=" + subject),
        of.getPublic());
  }

  private void write() throws Exception {
    X509CertificateHolder root = authority("authority", "authority", authority, authority, false);
    X509CertificateHolder sub = authority("authority", "below", below, authority, false);
    X509CertificateHolder narrow = authority("authority", "below", below, authority, true);
    Files.write(resources.resolve("authority.der"), root.getEncoded());
    Files.write(resources.resolve("authority.key"), authority.getPrivate().getEncoded());
    Files.write(resources.resolve("below.der"), sub.getEncoded());
    Files.write(resources.resolve("below.key"), below.getPrivate().getEncoded());
    X509CertificateHolder direct = leaf("authority", authority);
    X509CertificateHolder lower = leaf("below", below);
    put("chain", piece(CertificatePieces.CERTIFICATE, direct.getEncoded()));
    put(
        "signed",
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(direct)),
        piece(CertificatePieces.SIGNATURE, hex("0c300a06082a8648ce3d04030230060201010201ff")));
    put(
        "below",
        piece(CertificatePieces.CERTIFICATE_FROM_BELOW, tbs(lower)),
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(narrow)),
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(sub)));
    byte[] list = list(direct);
    put(
        "list",
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(direct)),
        piece(CertificatePieces.SIGNED_LIST, first(list)),
        piece(CertificatePieces.LIST, list));
    put(
        "fetched",
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(direct)),
        piece(CertificatePieces.SIGNED_FETCHED_LIST, first(list)),
        piece(CertificatePieces.FETCHED_LIST, list));
    BasicOCSPResp answer = ocsp(root, direct);
    put(
        "ocsp",
        piece(CertificatePieces.SIGNED_CERTIFICATE, tbs(direct)),
        piece(CertificatePieces.SIGNED_OCSP, answer.getTBSResponseData()),
        piece(CertificatePieces.OCSP, CertificatePieces.answer(answer.getEncoded())));
    put(
        "files",
        piece(CertificatePieces.FILE, pem("CERTIFICATE", direct.getEncoded())),
        piece(CertificatePieces.FILE, pem("X509 CRL", list)),
        piece(CertificatePieces.PRIVATE_KEY, pem("PRIVATE KEY", leaf.getPrivate().getEncoded())),
        piece(CertificatePieces.PRIVATE_KEY, leaf.getPrivate().getEncoded()));
  }

  private X509CertificateHolder authority(
      String issuer, String subject, KeyPair of, KeyPair by, boolean narrow) throws Exception {
    JcaX509v3CertificateBuilder builder = builder(issuer, subject, of);
    builder.addExtension(
        Extension.basicConstraints,
        true,
        narrow ? new BasicConstraints(0) : new BasicConstraints(true));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    if (narrow) {
      GeneralSubtree[] permitted = {
        new GeneralSubtree(new GeneralName(GeneralName.dNSName, "example"))
      };
      builder.addExtension(
          Extension.nameConstraints, true, new NameConstraints(permitted, new GeneralSubtree[0]));
    }
    return builder.build(signer(by.getPrivate()));
  }

  private X509CertificateHolder leaf(String issuer, KeyPair by) throws Exception {
    JcaX509v3CertificateBuilder builder = builder(issuer, "gw", leaf);
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, "gw.example"),
              new GeneralName(GeneralName.iPAddress, "192.0.2.1"),
              new GeneralName(GeneralName.iPAddress, "2001:db8::1"),
              new GeneralName(GeneralName.rfc822Name, "gw@example")
            }));
    builder.addExtension(
        Extension.cRLDistributionPoints,
        false,
        new CRLDistPoint(
            new DistributionPoint[] {
              new DistributionPoint(
                  new DistributionPointName(new GeneralNames(uri("http://crl.example/a"))),
                  null,
                  null)
            }));
    builder.addExtension(
        Extension.authorityInfoAccess,
        false,
        new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, uri("http://ocsp.example/")));
    return builder.build(signer(by.getPrivate()));
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(text));
  }

  private byte[] list(X509CertificateHolder revoked) throws Exception {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(revoked.getIssuer(), Date.from(NOW.minusSeconds(60)));
    builder.setNextUpdate(Date.from(NOW.plusSeconds(3600)));
    builder.addCRLEntry(BigInteger.valueOf(7), Date.from(NOW.minusSeconds(3600)), 1);
    builder.addExtension(
        Extension.issuingDistributionPoint,
        true,
        new IssuingDistributionPoint(null, true, false, null, false, false));
    return builder.build(signer(authority.getPrivate())).getEncoded();
  }

  private BasicOCSPResp ocsp(X509CertificateHolder issuer, X509CertificateHolder about)
      throws Exception {
    CertificateID id =
        new CertificateID(
            new BcDigestCalculatorProvider()
                .get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)),
            issuer,
            about.getSerialNumber());
    BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(issuer.getSubject()));
    builder.addResponse(
        id,
        CertificateStatus.GOOD,
        Date.from(NOW.minusSeconds(60)),
        Date.from(NOW.plusSeconds(3600)),
        null);
    return builder.build(
        signer(authority.getPrivate()), new X509CertificateHolder[0], Date.from(NOW));
  }

  private static byte[] tbs(X509CertificateHolder certificate) throws IOException {
    return certificate.toASN1Structure().getTBSCertificate().getEncoded();
  }

  /** The first value inside of a sequence: what was signed. */
  private static byte[] first(byte[] sequence) throws IOException {
    return org.bouncycastle.asn1.ASN1Sequence.getInstance(sequence)
        .getObjectAt(0)
        .toASN1Primitive()
        .getEncoded();
  }

  private static byte[] pem(String label, byte[] der) {
    return ("-----BEGIN "
            + label
            + "-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hex(String digits) {
    return java.util.HexFormat.of().parseHex(digits);
  }

  private static byte[] piece(int kind, byte[] octets) {
    return ByteBuffer.allocate(3 + octets.length)
        .put((byte) kind)
        .putShort((short) octets.length)
        .put(octets)
        .array();
  }

  private void put(String name, byte[]... pieces) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    Files.write(corpus.resolve("made-" + name), all.toByteArray());
  }
}
