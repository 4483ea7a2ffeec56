package io.keyway.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstStartTest {
  @TempDir Path dir;

  @Test
  void makesEverythingThatTheFirstStartNeeds() throws Exception {
    start(null);

    String password = read("etc/keyway/admin.password");
    assertThat(password).hasSize(24).matches("[A-Za-z2-9]+");
    String digest =
        HexFormat.of()
            .withUpperCase()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(password.getBytes(StandardCharsets.US_ASCII)));
    assertThat(read("etc/users.properties"))
        .contains("admin = {CRYPT}" + digest + "{CRYPT},_g_:admingroup\n")
        .contains("_g_\\:admingroup = group,admin")
        .doesNotContain(password);
  }

  @Test
  void nobodyElseCanReadWhatItMakes() throws Exception {
    start(null);
    try (Stream<Path> files = Files.walk(dir.resolve("etc"))) {
      Map<String, String> modes = new TreeMap<>();
      for (Path file : files.toList()) {
        modes.put(
            dir.relativize(file).toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
      assertThat(modes)
          .containsEntry("etc", "rwx------")
          .containsEntry("etc/keyway", "rwx------")
          .containsEntry("etc/keyway/admin.password", "rw-------")
          .containsEntry("etc/keyway/console.key", "rw-------")
          .containsEntry("etc/keyway/tls.p12", "rw-------")
          .containsEntry("etc/keyway/tls.password", "rw-------")
          .containsEntry("etc/users.properties", "rw-------")
          .containsEntry("etc/keys.properties", "rw-------")
          .containsEntry("etc/host.key", "rw-------")
          .containsEntry("etc/keyway/known_hosts", "rw-------")
          .containsEntry("etc/keyway/tls.crt", "rw-------")
          .hasSize(11);
    }
  }

  @Test
  void theConsolesKeyIsTheOneThatTheShellAccepts() throws Exception {
    start(null);
    String line =
        read("etc/keys.properties")
            .lines()
            .filter(l -> l.startsWith("admin = "))
            .findFirst()
            .orElseThrow();
    assertPair("etc/keyway/console.key", line.substring(8, line.indexOf(',')));
  }

  @Test
  void theConsoleKnowsTheShellsHostKey() throws Exception {
    start(null);
    String[] known = read("etc/keyway/known_hosts").trim().split(" ");
    assertThat(known).hasSize(3).startsWith("keyway", "ssh-rsa");
    assertPair("etc/host.key", known[2]);
  }

  private void assertPair(String pemFile, String publicKey) throws Exception {
    String pem = read(pemFile).replaceAll("-----.*?-----|\\s", "");
    RSAPrivateCrtKey key =
        (RSAPrivateCrtKey)
            KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    byte[] blob = Base64.getDecoder().decode(publicKey);
    byte[] modulus = key.getModulus().toByteArray();
    assertThat(new String(blob, 4, 7, StandardCharsets.US_ASCII)).isEqualTo("ssh-rsa");
    assertThat(HexFormat.of().formatHex(blob)).endsWith(HexFormat.of().formatHex(modulus));
  }

  @Test
  void theCertificateIsForLoopbackAndOpensWithItsPassword() throws Exception {
    start(null);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(dir.resolve("etc/keyway/tls.p12"))) {
      store.load(in, read("etc/keyway/tls.password").toCharArray());
    }
    X509Certificate certificate = (X509Certificate) store.getCertificate("keyway");
    assertThat(certificate.getSubjectAlternativeNames().toString())
        .contains("localhost", "127.0.0.1");
    certificate.verify(certificate.getPublicKey());
    try (InputStream in = Files.newInputStream(dir.resolve("etc/keyway/tls.crt"))) {
      assertThat(CertificateFactory.getInstance("X.509").generateCertificate(in))
          .isEqualTo(certificate);
    }
  }

  @Test
  void aSecondStartChangesNothing() throws Exception {
    start(null);
    Map<String, String> before = contents();
    start(null);
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void twoInstallationsShareNothing() throws Exception {
    start(null);
    Map<String, String> first = contents();
    dir = Files.createDirectory(dir.resolve("second"));
    start(null);
    assertThat(contents().values()).doesNotContainAnyElementsOf(first.values());
  }

  @Test
  void thePasswordIsPrintedOnceAndOnlyToATerminal() throws Exception {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    start(new PrintStream(screen, true, StandardCharsets.UTF_8));
    String password = read("etc/keyway/admin.password");
    assertThat(screen.toString(StandardCharsets.UTF_8)).containsOnlyOnce(password);
    screen.reset();
    start(new PrintStream(screen, true, StandardCharsets.UTF_8));
    assertThat(screen.size()).isZero();
  }

  @Test
  void aPasswordThatTheOperatorPutThereIsUsed() throws Exception {
    Files.createDirectories(dir.resolve("etc/keyway"));
    Files.writeString(dir.resolve("etc/keyway/admin.password"), "correct horse battery\n");
    start(null);
    String digest =
        HexFormat.of()
            .withUpperCase()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest("correct horse battery".getBytes(StandardCharsets.US_ASCII)));
    assertThat(read("etc/users.properties")).contains(digest);
  }

  @Test
  void aShortPasswordIsRefused() throws Exception {
    Files.createDirectories(dir.resolve("etc/keyway"));
    Files.writeString(dir.resolve("etc/keyway/admin.password"), "admin\n");
    assertThatThrownBy(() -> start(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("5 characters")
        .hasMessageContaining("at least 12")
        .hasMessageNotContaining("admin\n");
    assertThat(dir.resolve("etc/users.properties")).doesNotExist();
  }

  @Test
  void aRemovedPasswordFileDoesNotComeBackWithAPasswordThatOpensNothing() throws Exception {
    start(null);
    Files.delete(dir.resolve("etc/keyway/admin.password"));
    String users = read("etc/users.properties");
    start(null);
    assertThat(dir.resolve("etc/keyway/admin.password")).doesNotExist();
    assertThat(read("etc/users.properties")).isEqualTo(users);
  }

  @Test
  void theOperatorsOwnUsersStay() throws Exception {
    Files.createDirectories(dir.resolve("etc"));
    Files.writeString(
        dir.resolve("etc/users.properties"), "# ours\nanna = {CRYPT}AA{CRYPT},viewer\n");
    start(null);
    assertThat(read("etc/users.properties"))
        .startsWith("# ours\nanna = {CRYPT}AA{CRYPT},viewer\nadmin = ");
  }

  private void start(PrintStream terminal) throws Exception {
    new FirstStart(
            dir.resolve("etc"),
            dir.resolve("data"),
            new SecureRandom(),
            1024,
            Keytool.ofRunningVm(),
            terminal)
        .run();
  }

  private String read(String name) throws IOException {
    return Files.readString(dir.resolve(name), StandardCharsets.ISO_8859_1);
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(dir.resolve("etc"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            dir.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }
}
