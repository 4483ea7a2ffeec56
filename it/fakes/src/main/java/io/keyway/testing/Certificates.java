package io.keyway.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA of one test, and certificates from it as PEM files. */
public final class Certificates {

  private final Path directory;
  private final KeyPair caKeys;
  private final X500Name caName;
  public final Path ca;

  /** Names of the files of one certificate. */
  public record Pem(Path certificate, Path key) {}

  public Certificates(Path directory, String name)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    this(directory, name, Duration.ofDays(100));
  }

  /** An authority that is good for so long; negative: it has expired. */
  public Certificates(Path directory, String name, Duration validity)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    this.directory = directory;
    this.caKeys = keys();
    this.caName = new X500Name("CN=" + name);
    this.ca = write(name + "-ca.crt", "CERTIFICATE", sign(caName, caKeys, validity, null));
  }

  /** A certificate for a DNS name that is good for so long; negative: it has expired. */
  public Pem issue(String file, String dnsName, Duration validity)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    KeyPair keys = keys();
    return new Pem(
        write(
            file + ".crt",
            "CERTIFICATE",
            sign(new X500Name("CN=" + file), keys, validity, dnsName)),
        write(file + ".key", "PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  private byte[] sign(X500Name subject, KeyPair keys, Duration validity, String dnsName)
      throws IOException, OperatorCreationException {
    Instant end = Instant.now().plus(validity);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            caName,
            new BigInteger(64, new SecureRandom()),
            Date.from(end.minus(Duration.ofDays(200))),
            Date.from(end),
            subject,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(dnsName == null));
    if (dnsName != null) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)));
    }
    ContentSigner signer =
        new JcaContentSignerBuilder("SHA256withECDSA").build(caKeys.getPrivate());
    return builder.build(signer).getEncoded();
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private Path write(String file, String kind, byte[] der) throws IOException {
    StringWriter text = new StringWriter();
    text.write("-----BEGIN " + kind + "-----\n");
    text.write(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    text.write("\n-----END " + kind + "-----\n");
    return Files.writeString(directory.resolve(file), text.toString());
  }
}
