package io.keyway.it.wired;

import java.io.IOException;
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
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA, and one server certificate from it that is renewed, or made to have expired. */
final class ShortCertificates {

  final Path ca;
  final Path certificate;
  final Path key;
  private final X500Name issuer = new X500Name("CN=test CA");
  private final KeyPair caKeys = keys();
  private final KeyPair serverKeys = keys();

  ShortCertificates(Path directory)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    ca = directory.resolve("ca.crt");
    certificate = directory.resolve("server.crt");
    key = directory.resolve("server.key");
    write(ca, "CERTIFICATE", sign(issuer, caKeys, Duration.ofDays(1), true));
    write(key, "PRIVATE KEY", serverKeys.getPrivate().getEncoded());
    renew(Duration.ofDays(1));
  }

  /** Writes a certificate for the same key that is good for so long; negative: it has expired. */
  void renew(Duration left) throws IOException, OperatorCreationException {
    write(certificate, "CERTIFICATE", sign(new X500Name("CN=server"), serverKeys, left, false));
  }

  private byte[] sign(X500Name subject, KeyPair keys, Duration left, boolean authority)
      throws IOException, OperatorCreationException {
    Instant end = Instant.now().plus(left);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(64, new SecureRandom()),
            Date.from(end.minus(Duration.ofDays(10))),
            Date.from(end),
            subject,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (!authority) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    }
    return builder
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(caKeys.getPrivate()))
        .getEncoded();
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  /** In its place in one step: the device reads it when it likes. */
  private static void write(Path file, String kind, byte[] der) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(
        fresh,
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n");
    Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }
}
