package io.keyway.plane.support.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.plane.support.settings.TlsSettings;
import io.keyway.testing.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while they are in use. */
class TlsFilesTest {

  @TempDir Path directory;
  private Certificates authority;
  private Certificates.Pem own;
  private TlsFiles files;
  private X509ExtendedKeyManager keys;

  @BeforeEach
  void make() throws Exception {
    authority = new Certificates(directory, "authority");
    own = authority.issue("client", "keyway.example", Duration.ofDays(30));
    files = new TlsFiles(settings(own), Clock.systemUTC(), "infrap4d");
    keys = files.keyManager();
  }

  private TlsSettings settings(Certificates.Pem pair) {
    return new TlsSettings(
        true,
        Optional.of(authority.ca),
        Optional.of(pair.certificate()),
        Optional.of(pair.key()),
        Optional.empty());
  }

  private X509Certificate shown() {
    return keys.getCertificateChain(keys.chooseEngineClientAlias(null, null, null))[0];
  }

  @Test
  void everyHandshakeShowsWhatTheFilesHoldThen() throws Exception {
    files.require();
    X509Certificate before = shown();
    authority.issue("client", "keyway.example", Duration.ofDays(60));
    assertThat(shown().getSerialNumber()).isNotEqualTo(before.getSerialNumber());
    assertThat(files.warnings()).isEmpty();
  }

  @Test
  void certificateAndKeyOfOneHandshakeStayTogetherOverARotation() throws Exception {
    String alias = keys.chooseEngineClientAlias(null, null, null);
    X509Certificate certificate = keys.getCertificateChain(alias)[0];
    authority.issue("client", "keyway.example", Duration.ofDays(60));
    shown();
    assertThat(Pem.pair(keys.getPrivateKey(alias), certificate.getPublicKey())).isTrue();
  }

  @Test
  void aHalfWrittenCertificateKeepsTheOldPairAndIsTold() throws Exception {
    X509Certificate before = shown();
    byte[] whole = Files.readAllBytes(own.certificate());
    Files.write(own.certificate(), Arrays.copyOf(whole, whole.length / 2));
    assertThat(shown()).isEqualTo(before);
    assertThat(files.warnings())
        .singleElement()
        .asString()
        .contains("tls/certificate-file '" + own.certificate() + "'")
        .contains("what the files held before is in use");
    Files.write(own.certificate(), whole);
    assertThat(files.warnings()).isEmpty();
  }

  @Test
  void aKeyOfAnotherCertificateKeepsTheOldPairUntilBothHaveArrived() throws Exception {
    X509Certificate before = shown();
    Certificates.Pem next = authority.issue("next", "keyway.example", Duration.ofDays(60));
    Files.copy(next.certificate(), own.certificate(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(shown()).isEqualTo(before);
    assertThat(files.warnings()).singleElement().asString().contains("is not the key of");
    Files.copy(next.key(), own.key(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(shown()).isNotEqualTo(before);
    assertThat(files.warnings()).isEmpty();
  }

  @Test
  void aFileThatVanishesIsToldAndTheOldOneServesOn() throws Exception {
    X509Certificate before = shown();
    Files.delete(own.key());
    assertThat(shown()).isEqualTo(before);
    assertThat(files.warnings()).singleElement().asString().contains("there is no such file");
  }

  @Test
  void withNothingToGoOnWithTheFirstConnectionIsRefusedWithTheCause() throws Exception {
    Files.writeString(
        own.key(), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
    assertThatThrownBy(files::require)
        .isInstanceOf(TlsFileException.class)
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt")
        .hasMessageNotContaining("AAAA");
  }

  @Test
  void datesNearTheirEndAreToldWithFileAndCure() throws Exception {
    Certificates old = new Certificates(directory, "old", Duration.ofDays(5));
    Files.write(authority.ca, Files.readAllBytes(old.ca), java.nio.file.StandardOpenOption.APPEND);
    authority.issue("client", "keyway.example", Duration.ofDays(3));
    assertThat(files.warnings())
        .hasSize(2)
        .anySatisfy(
            w ->
                assertThat(w)
                    .startsWith("tls/certificate-file " + own.certificate() + " expires on")
                    .contains("put a renewed certificate"))
        .anySatisfy(w -> assertThat(w).startsWith("the authority 'CN=old' in tls/ca-file"));
    assertThat(files.expired()).isEmpty();
    authority.issue("client", "keyway.example", Duration.ofDays(-1));
    files.warnings();
    assertThat(files.expired()).singleElement().asString().contains(" expired on ");
  }
}
