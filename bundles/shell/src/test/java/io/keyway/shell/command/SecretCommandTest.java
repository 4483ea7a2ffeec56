package io.keyway.shell.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.store.SecretStore.Kind;
import io.keyway.shell.FakeSecretStore;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, certificates and passwords from the shell. */
class SecretCommandTest {
  /** Self-signed, of openssl; the key was thrown away. */
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBcTCCARegAwIBAgIUNmoJAk+Jx5JMFb5Co0PKEWMVvx8wCgYIKoZIzj0EAwIw
      DTELMAkGA1UEAwwCZ3cwIBcNMjYxMTIyMTE1MzIwWhgPMjEyNjEwMjkxMTUzMjBa
      MA0xCzAJBgNVBAMMAmd3MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVLFSWU62
      oGiiiGXuzPz8v3aTiaHRIwYlM0ry/xIgPJ7b4FLZst8wJFDOjkl3ulL1jtARF1xW
      aI9bk4yTdDUGRaNTMFEwHQYDVR0OBBYEFD2r3fH/+wOf0IFqyK9FmDagGynJMB8G
      A1UdIwQYMBaAFD2r3fH/+wOf0IFqyK9FmDagGynJMA8GA1UdEwEB/wQFMAMBAf8w
      CgYIKoZIzj0EAwIDSAAwRQIgMZAKlafirFP08pidHZpXVMAmszHlfIly44sK9eP+
      f0ICIQDu8JSp99Ptiio4JJidScF1QDiC1XkK9F+LPktI1iZSeg==
      -----END CERTIFICATE-----
      """;

  private static final String KEY =
      """
      -----BEGIN PRIVATE KEY-----
      bm90IGEga2V5LCBidXQgaXQgbG9va3MgbGlrZSBvbmU=
      -----END PRIVATE KEY-----
      """;

  private final FakeServices services = new FakeServices();
  private final FakeSession session = new FakeSession();
  private final FakeSecretStore store = new FakeSecretStore();

  private SecretCommand command(String kind) {
    services.secrets(store);
    SecretCommand command = new SecretCommand();
    command.services = services;
    command.session = session.session();
    command.name = "gw";
    command.kind = kind;
    return command;
  }

  private String stored(Kind kind) {
    assertThat(store.list()).hasSize(1);
    return store
        .get("gw", kind)
        .orElseThrow()
        .read(octets -> new String(octets, StandardCharsets.UTF_8));
  }

  @Test
  void aPrivateKeyIsPastedUnseenUpToAnEmptyLine() {
    session.answers.addAll(KEY.lines().toList());
    session.answers.add("");

    command("private-key").run();

    assertThat(stored(Kind.PRIVATE_KEY)).isEqualTo(KEY);
    assertThat(session.masks).containsOnly((char) 0);
    assertThat(session.printed()).contains("OK").doesNotContain("bm90IGEga2V5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"certificate", "ca-certificate"})
  void aCertificateIsPastedInSight(String kind) {
    session.answers.addAll(CERTIFICATE.lines().toList());

    command(kind).run();

    assertThat(stored(SecretFormat.kind(kind))).isEqualTo(CERTIFICATE);
    assertThat(session.masks).containsOnlyNulls();
  }

  @Test
  void withoutATerminalAllOfStandardInputIsTakenForAKey() {
    session.standardInput = new ByteArrayInputStream(KEY.getBytes(StandardCharsets.UTF_8));

    command("private-key").run();

    assertThat(stored(Kind.PRIVATE_KEY)).isEqualTo(KEY);
  }

  @Test
  void aFileIsReadWhole(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("gw.pem"), CERTIFICATE);
    SecretCommand command = command("certificate");
    command.file = file.toString();

    command.run();

    assertThat(stored(Kind.CERTIFICATE)).isEqualTo(CERTIFICATE);
  }

  @Test
  void aPpkAndAPasswordComeFromAFileWithoutTheEndOfTheLine(@TempDir Path dir) throws Exception {
    SecretCommand ppk = command("ppk");
    ppk.file = Files.writeString(dir.resolve("ppk"), "0x00ff\n").toString();
    ppk.run();
    assertThat(store.get("gw", Kind.PPK).orElseThrow().read(byte[]::clone))
        .containsExactly(0, 0xff);

    SecretCommand password = command("eap-password");
    password.file = Files.writeString(dir.resolve("password"), "0x00ff\r\n").toString();
    password.run();
    assertThat(stored(Kind.EAP_PASSWORD)).isEqualTo("0x00ff");

    password.file = Files.writeString(dir.resolve("two"), "a\nb\n").toString();
    assertThatThrownBy(password::run).hasMessageContaining("more than one line");
    password.file = dir.resolve("none").toString();
    assertThatThrownBy(password::run).hasMessageContaining("cannot read");
  }

  @Test
  void whatIsNotWhatItShouldBeIsNotStoredAndNotQuoted() {
    for (String kind : List.of("private-key", "certificate", "ca-certificate", "crl")) {
      session.answers.addAll(List.of("rubbish that nobody may see", ""));
      assertThatThrownBy(command(kind)::run)
          .hasMessageContaining("nothing was stored")
          .hasMessageContaining("PEM or DER")
          .message()
          .doesNotContain("rubbish");
    }
    session.answers.addAll(List.of("-----BEGIN ENCRYPTED PRIVATE KEY-----", "x", ""));
    assertThatThrownBy(command("private-key")::run).hasMessageContaining("has a passphrase");
    assertThatThrownBy(command("nonsense")::run)
        .hasMessageContaining("kinds are [ca-certificate, certificate, crl, eap-password, ppk");
    assertThat(store.list()).isEmpty();
  }
}
