package io.keyway.emulator.infrap4d.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCertificatesTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path directory;

  private TestCertificates make(Instant now, String... addresses) throws IOException {
    Set<InetAddress> all = new java.util.HashSet<>();
    for (String address : addresses) {
      all.add(InetAddress.getByName(address));
    }
    return TestCertificates.in(directory, all, RANDOM, now);
  }

  private String openssl(String... args) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void opensslFindsNothingToComplainOf() throws Exception {
    make(Instant.now(), "192.0.2.7");
    assertThat(
            openssl(
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_ip",
                "192.0.2.7",
                "-CAfile",
                "ca.crt",
                "stratum.crt"))
        .contains("OK");
    assertThat(
            openssl(
                "verify",
                "-x509_strict",
                "-purpose",
                "sslclient",
                "-CAfile",
                "ca.crt",
                "client.crt"))
        .contains("OK");
    assertThat(openssl("x509", "-in", "stratum.crt", "-noout", "-ext", "subjectAltName"))
        .contains("DNS:localhost", "IP Address:127.0.0.1", "IP Address:192.0.2.7");
    assertThat(openssl("ec", "-in", "stratum.key", "-noout", "-check")).contains("valid");
  }

  @Test
  void keysAreForTheirOwnerOnlyAndTheAuthoritysIsGone() throws Exception {
    TestCertificates made = make(Instant.now());
    for (Path key : List.of(made.serverKey(), made.clientKey())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
    try (var files = Files.list(directory)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "ca.crt", "stratum.crt", "stratum.key", "client.crt", "client.key");
    }
  }

  @Test
  void whatIsThereIsKeptUntilItEndsOrDoesNotCoverAnAddress() throws Exception {
    Instant now = Instant.now();
    byte[] first = Files.readAllBytes(make(now).ca());
    assertThat(Files.readAllBytes(make(now).ca())).isEqualTo(first);
    byte[] second = Files.readAllBytes(make(now, "192.0.2.7").ca());
    assertThat(second).isNotEqualTo(first);
    assertThat(Files.readAllBytes(make(now.plus(Duration.ofDays(28)), "192.0.2.7").ca()))
        .isEqualTo(second);
    assertThat(Files.readAllBytes(make(now.plus(Duration.ofDays(30)), "192.0.2.7").ca()))
        .isNotEqualTo(second);
  }

  @Test
  void filesOfSomebodyElseAreLeftAlone() throws Exception {
    Files.writeString(directory.resolve("ca.crt"), "mine");
    assertThatThrownBy(() -> make(Instant.now()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("name an empty directory");
    assertThat(directory.resolve("ca.crt")).hasContent("mine");
  }
}
