package io.keyway.emulator.infrap4d.pki;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * An authority of its own with one certificate for the server and one for a client, in the files
 * that infrap4d's script makes: {@code ca.crt}, {@code stratum.crt}, {@code stratum.key}, {@code
 * client.crt}, {@code client.key}. The authority's key is thrown away.
 *
 * @param directory where they lie
 */
public record TestCertificates(Path directory) {
  private static final Duration VALID = Duration.ofDays(30);
  private static final List<String> FILES =
      List.of("ca.crt", "stratum.crt", "stratum.key", "client.crt", "client.key");

  /**
   * Those of a directory. They are made when the directory has none, and again when they are about
   * to end or do not cover an address.
   *
   * @param addresses of the server; loopback and {@code localhost} are always covered
   * @throws IOException when the directory cannot be used, or holds other files of these names
   */
  public static TestCertificates in(
      Path directory, Set<InetAddress> addresses, SecureRandom random, Instant now)
      throws IOException {
    Files.createDirectories(directory);
    TestCertificates made = new TestCertificates(directory);
    List<String> present =
        FILES.stream().filter(name -> Files.exists(directory.resolve(name))).toList();
    if (present.isEmpty()) {
      made.make(addresses, random, now);
    } else if (present.size() < FILES.size()) {
      throw new IOException(
          directory + " has " + present + " but not all of " + FILES + "; name an empty directory");
    } else if (!made.ours()) {
      throw new IOException(
          directory.resolve("ca.crt")
              + " is not an authority that this program made; name an empty directory, or use"
              + " tls.cert, tls.key and tls.ca");
    } else if (!made.good(addresses, now)) {
      made.make(addresses, random, now);
    }
    return made;
  }

  public Path ca() {
    return directory.resolve("ca.crt");
  }

  public Path serverCertificate() {
    return directory.resolve("stratum.crt");
  }

  public Path serverKey() {
    return directory.resolve("stratum.key");
  }

  public Path clientCertificate() {
    return directory.resolve("client.crt");
  }

  public Path clientKey() {
    return directory.resolve("client.key");
  }

  private static final String AUTHORITY = "test authority of an emulated E2100";

  private boolean ours() throws IOException {
    return certificate(ca()).getSubjectX500Principal().getName().equals("CN=" + AUTHORITY);
  }

  private boolean good(Set<InetAddress> addresses, Instant now) throws IOException {
    X509Certificate server = certificate(serverCertificate());
    if (server.getNotAfter().toInstant().isBefore(now.plus(Duration.ofDays(1)))) {
      return false;
    }
    try {
      List<String> covered =
          server.getSubjectAlternativeNames().stream().map(n -> String.valueOf(n.get(1))).toList();
      return addresses.stream().allMatch(a -> covered.contains(a.getHostAddress()));
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static X509Certificate certificate(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is not a certificate: " + e.getMessage(), e);
    }
  }

  private void make(Set<InetAddress> addresses, SecureRandom random, Instant now)
      throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      KeyPair authority = generator.generateKeyPair();
      KeyPair server = generator.generateKeyPair();
      KeyPair client = generator.generateKeyPair();
      Issuer issuer = new Issuer(authority, random, now.minus(Duration.ofMinutes(5)));
      write("stratum.key", server.getPrivate());
      write("client.key", client.getPrivate());
      write("ca.crt", issuer.authority());
      write("stratum.crt", issuer.server(server, names(addresses)));
      write("client.crt", issuer.client(client));
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificates could be made: " + e.getMessage(), e);
    }
  }

  private static byte[] names(Set<InetAddress> addresses) throws IOException {
    List<byte[]> names = new ArrayList<>();
    names.add(Der.tagged(0x82, "localhost".getBytes(StandardCharsets.US_ASCII)));
    List<InetAddress> all = new ArrayList<>(addresses);
    all.add(InetAddress.getByName("127.0.0.1"));
    all.add(InetAddress.getByName("::1"));
    all.stream()
        .filter(address -> !address.isAnyLocalAddress())
        .distinct()
        .forEach(address -> names.add(Der.tagged(0x87, address.getAddress())));
    return Der.sequence(names.toArray(byte[][]::new));
  }

  private void write(String name, PrivateKey key) throws IOException {
    write(name, "PRIVATE KEY", key.getEncoded(), "rw-------");
  }

  private void write(String name, byte[] certificate) throws IOException {
    write(name, "CERTIFICATE", certificate, "rw-r--r--");
  }

  /** Beside and then in its place, so that a server that reads it again never sees half of it. */
  private void write(String name, String kind, byte[] content, String mode) throws IOException {
    Path part = directory.resolve("." + name + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
    String text =
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + kind
            + "-----\n";
    Files.writeString(part, text, StandardOpenOption.WRITE);
    Files.move(part, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** X.509 version 3 (RFC 5280) with ECDSA on P-256. */
  private static final class Issuer {
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final int SERIAL_BITS = 120;

    private final KeyPair key;
    private final SecureRandom random;
    private final Instant from;
    private final byte[] keyId = new byte[20];

    Issuer(KeyPair key, SecureRandom random, Instant from) {
      this.key = key;
      this.random = random;
      this.from = from;
      random.nextBytes(keyId);
    }

    byte[] authority() throws GeneralSecurityException {
      return certificate(
          AUTHORITY,
          key,
          extension("2.5.29.19", true, Der.sequence(Der.yes())),
          extension("2.5.29.15", true, Der.bits(1, (byte) 0x06)),
          extension("2.5.29.14", false, Der.octets(keyId)));
    }

    byte[] server(KeyPair subject, byte[] names) throws GeneralSecurityException {
      return leaf("emulated E2100", subject, "1.3.6.1.5.5.7.3.1", names);
    }

    byte[] client(KeyPair subject) throws GeneralSecurityException {
      byte[] name = Der.sequence(Der.tagged(0x82, "client".getBytes(StandardCharsets.US_ASCII)));
      return leaf("client of an emulated E2100", subject, "1.3.6.1.5.5.7.3.2", name);
    }

    private byte[] leaf(String name, KeyPair subject, String purpose, byte[] names)
        throws GeneralSecurityException {
      return certificate(
          name,
          subject,
          extension("2.5.29.19", true, Der.sequence()),
          extension("2.5.29.15", true, Der.bits(7, (byte) 0x80)),
          extension("2.5.29.37", false, Der.sequence(Der.oid(purpose))),
          extension("2.5.29.17", false, names),
          extension("2.5.29.35", false, Der.sequence(Der.tagged(0x80, keyId))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
      return critical
          ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
          : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] name(String commonName) {
      return Der.sequence(Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(commonName))));
    }

    private byte[] certificate(String subject, KeyPair subjectKey, byte[]... extensions)
        throws GeneralSecurityException {
      byte[] content =
          Der.sequence(
              Der.tagged(0xA0, Der.integer(BigInteger.TWO)),
              Der.integer(new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE)),
              ECDSA_WITH_SHA256,
              name(AUTHORITY),
              Der.sequence(Der.time(from), Der.time(from.plus(VALID))),
              name(subject),
              subjectKey.getPublic().getEncoded(),
              Der.tagged(0xA3, Der.sequence(extensions)));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key.getPrivate(), random);
      signature.update(content);
      return Der.sequence(content, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
    }
  }
}
