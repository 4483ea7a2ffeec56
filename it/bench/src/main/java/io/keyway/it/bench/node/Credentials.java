package io.keyway.it.bench.node;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An authority, a hub and its sites, as files in a directory, with the proof in their names. The
 * authority has a key of the same kind. All sites share one key pair, as charon's load-tester does
 * it, but each has a certificate of its own: nobody who checks it has seen it before.
 */
public final class Credentials {
  private static final String AUTHORITY = "CN=Benchmark CA";

  private final Path dir;
  private final Proof proof;
  private final KeyPair authority;
  private final KeyPair sites;
  private final KeyPair hub;
  private int issued;

  private Credentials(Path dir, Proof proof)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    this.dir = dir;
    this.proof = proof;
    authority = keys();
    sites = keys();
    hub = keys();
    write("ca", "CERTIFICATE", certificate(AUTHORITY, authority, 1).getEncoded());
    key("ca-key", authority);
    key("site-key", sites);
    key("hub-key", hub);
    write("hub", "CERTIFICATE", certificate("CN=" + Sites.HUB, hub, 2).getEncoded());
  }

  /** The file of a certificate or key. */
  public Path file(String what) {
    return dir.resolve(proof.named(what) + ".pem");
  }

  /** Makes the authority and the hub. */
  public static Credentials create(Path dir, Proof proof) throws IOException {
    try {
      return new Credentials(dir, proof);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificates for " + proof.keyword(), e);
    }
  }

  /** Makes certificates for the sites up to this number, once each. */
  public void issue(int count) throws IOException {
    try {
      while (issued < count) {
        issued++;
        write(
            Sites.site(issued),
            "CERTIFICATE",
            certificate("CN=" + Sites.identity(issued), sites, 2 + issued).getEncoded());
      }
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("no certificate for site " + issued, e);
    }
  }

  private KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(proof.keyAlgorithm());
    if (proof.keyAlgorithm().equals("EC")) {
      generator.initialize(new ECGenParameterSpec("secp" + proof.bits() + "r1"));
    } else if (proof.keyAlgorithm().equals("RSA")) {
      generator.initialize(proof.bits());
    }
    return generator.generateKeyPair();
  }

  private Certificate certificate(String subject, KeyPair keys, int serial)
      throws GeneralSecurityException, CertIOException, OperatorCreationException {
    Instant now = Instant.now();
    boolean isAuthority = subject.equals(AUTHORITY);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Principal(AUTHORITY),
            BigInteger.valueOf(serial),
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(Duration.ofDays(1))),
            new X500Principal(subject),
            keys.getPublic());
    if (isAuthority) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    }
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(
            isAuthority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
    if (!isAuthority) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, subject.substring(3))));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder(signature()).build(authority.getPrivate())));
  }

  private String signature() {
    return switch (proof) {
      case ED25519 -> "Ed25519";
      case ECDSA_384 -> "SHA384withECDSA";
      case ECDSA_256 -> "SHA256withECDSA";
      default -> "SHA256withRSA";
    };
  }

  private void key(String name, KeyPair pair) throws IOException {
    Key key = pair.getPrivate();
    write(name, "PRIVATE KEY", key.getEncoded());
  }

  private void write(String name, String kind, byte[] der) throws IOException {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    Files.writeString(
        file(name), "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(kind, body, kind));
  }
}
