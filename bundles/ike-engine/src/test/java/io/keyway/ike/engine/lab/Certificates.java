package io.keyway.ike.engine.lab;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority, and certificates of it in the stores of gateways. */
public final class Certificates {
  private static final Instant FOR_EVER = Instant.parse("2100-01-01T00:00:00Z");

  private final KeyPair keys = pair();
  private final X500Name name;
  private final X509Certificate root;
  private int serial = 1;

  /** A root of this name. */
  public Certificates(String commonName) {
    name = new X500Name("CN=" + commonName);
    root = make(name, keys, true, null);
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate make(
      X500Name subject, KeyPair own, boolean authority, GeneralName alternative) {
    return make(subject, own, authority, alternative, FOR_EVER);
  }

  private X509Certificate make(
      X500Name subject, KeyPair own, boolean authority, GeneralName alternative, Instant until) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
                  name,
                  BigInteger.valueOf(serial++),
                  Date.from(Instant.EPOCH),
                  Date.from(until),
                  subject,
                  own.getPublic())
              .addExtension(
                  Extension.keyUsage,
                  true,
                  new KeyUsage(
                      authority
                          ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                          : KeyUsage.digitalSignature));
      if (authority) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      } else {
        builder.addExtension(
            Extension.subjectAlternativeName, false, new GeneralNames(alternative));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Puts a CRL into the store of a gateway that revokes these serial numbers. */
  public Certificates revokedAt(Gateway gateway, Instant now, long... serials) {
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(now));
      builder.setNextUpdate(Date.from(now.plusSeconds(86_400)));
      for (long each : serials) {
        builder.addCRLEntry(BigInteger.valueOf(each), Date.from(now), 1);
      }
      byte[] crl =
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      gateway.secrets.put("crl", Kind.CRL, SecretBytes.wrap(crl));
      return this;
    } catch (IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  /** Trusted by a gateway under the name {@code root}. */
  public Certificates trustedBy(Gateway gateway) {
    try {
      gateway.secrets.put("root", Kind.CA_CERTIFICATE, SecretBytes.wrap(root.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** A certificate {@code own} and its key {@code own-key}, for a domain name or mail address. */
  public Certificates give(Gateway gateway, String identity) {
    issue(gateway, identity);
    return this;
  }

  /** The same, and the certificate. */
  public X509Certificate issue(Gateway gateway, String identity) {
    return issue(gateway, identity, FOR_EVER);
  }

  /** The same, good until then. */
  public X509Certificate issue(Gateway gateway, String identity, Instant until) {
    KeyPair mine = pair();
    X509Certificate certificate =
        make(
            new X500Name("CN=" + identity.replace("@", " at ")),
            mine,
            false,
            new GeneralName(
                identity.contains("@") ? GeneralName.rfc822Name : GeneralName.dNSName, identity),
            until);
    gateway.secrets.put("own", Kind.CERTIFICATE, SecretBytes.wrap(pem(List.of(certificate))));
    gateway.secrets.put(
        "own-key", Kind.PRIVATE_KEY, SecretBytes.wrap(mine.getPrivate().getEncoded()));
    return certificate;
  }

  /** Sends these, too, behind the certificate that the gateway has. */
  public static void send(Gateway gateway, X509Certificate own, List<X509Certificate> more) {
    List<X509Certificate> all = new ArrayList<>(List.of(own));
    all.addAll(more);
    gateway.secrets.put("own", Kind.CERTIFICATE, SecretBytes.wrap(pem(all)));
  }

  /** Of another authority, by this one. */
  public X509Certificate certify(Certificates other) {
    return make(other.name, other.keys, true, null);
  }

  /** The self-signed one. */
  public X509Certificate root() {
    return root;
  }

  private static byte[] pem(List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    try {
      for (X509Certificate each : chain) {
        text.append("-----BEGIN CERTIFICATE-----\n")
            .append(Base64.getMimeEncoder().encodeToString(each.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      }
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
