package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.TlsFiles;
import io.keyway.emulator.infrap4d.TlsFiles.ClientCertificates;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.TlsSettings;
import io.keyway.testing.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS with a server name that is not the address, and what goes wrong with it. */
class MutualTlsTest {

  private static final String NAME = "infrap4d.example";

  @TempDir Path directory;
  private Certificates authority;
  private Certificates.Pem client;

  @BeforeEach
  void makeCertificates() throws Exception {
    authority = new Certificates(directory, "authority");
    client = authority.issue("client", "keyway.example", Duration.ofDays(30));
  }

  private Site site(Certificates.Pem server, TlsSettings tls) throws Exception {
    return new Site(
        EmulatorConfig.onLoopback("a", "wire")
            .with(
                new TlsFiles(
                    server.certificate(),
                    server.key(),
                    Optional.of(authority.ca),
                    ClientCertificates.REQUIRE_AND_VERIFY)),
        new Wire("wire", InstantSource.system()),
        s -> with(s, tls));
  }

  private static Infrap4dSettings with(Infrap4dSettings s, TlsSettings tls) {
    return Draft.of(s, d -> d.tls = tls);
  }

  private TlsSettings tls(Path ca, Optional<Certificates.Pem> own, Optional<String> name) {
    return new TlsSettings(
        true,
        Optional.of(ca),
        own.map(Certificates.Pem::certificate),
        own.map(Certificates.Pem::key),
        name);
  }

  @Test
  void bothEndsShowCertificatesAndTheServerNameIsConfigured() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      site.ready();
      assertThat(
              site.apply(
                  Site.hold(
                      new Site.End("192.0.2.1", "10.1.0.1"),
                      new Site.End("192.0.2.2", "10.2.0.1"))))
          .containsExactly(Outcome.ok());
    }
  }

  @Test
  void anotherNameInTheCertificateIsRefusedAndBothNamesAreTold() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    refused(
        server,
        tls(authority.ca, Optional.of(client), Optional.of("other.example")),
        "is for '" + NAME + "', not for 'other.example'; set tls/server-name");
    refused(
        server,
        tls(authority.ca, Optional.of(client), Optional.empty()),
        "is for '" + NAME + "', not for '127.0.0.1'");
  }

  @Test
  void anAuthorityThatWeDoNotKnowIsRefusedAndBothAuthoritiesAreTold() throws Exception {
    Certificates other = new Certificates(directory, "other");
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    refused(
        server,
        tls(other.ca, Optional.of(client), Optional.of(NAME)),
        "comes from 'CN=authority'",
        "other-ca.crt does not make trusted (it has 'CN=other')");
  }

  @Test
  void anExpiredCertificateOfTheDeviceIsNamedAndANewOneIsTakenWithoutARestart() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(-1));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      assertThat(site.status(s -> s.reason().contains("TLS")).reason())
          .contains("the certificate of infrap4d, 'CN=server', expired on ")
          .contains("renew it on the device");
      authority.issue("server", NAME, Duration.ofDays(30));
      // The server looks at its files every second.
      site.ready();
    }
  }

  @Test
  void anExpiredCertificateOfOursIsNamedWithItsFileAndDateAndANewOneIsTaken() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    authority.issue("client", "keyway.example", Duration.ofDays(-1));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      assertThat(site.status(s -> s.connection() == Connection.DOWN).reason())
          .contains("tls/certificate-file " + client.certificate() + " expired on ")
          .contains("put a renewed certificate and its key there");
      authority.issue("client", "keyway.example", Duration.ofDays(30));
      site.ready();
    }
  }

  @Test
  void anAuthorityOfOursThatTheDeviceDoesNotKnowIsRetriedAndNamed() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    Certificates stranger = new Certificates(directory, "stranger");
    Certificates.Pem own = stranger.issue("own", "keyway.example", Duration.ofDays(30));
    refused(
        server,
        tls(authority.ca, Optional.of(own), Optional.of(NAME)),
        "our certificate",
        "infrap4d's ca_cert_file");
  }

  @Test
  void withoutOurCertificateTheDeviceTurnsUsAwayAndSaysWhatItWants() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    refused(
        server,
        tls(authority.ca, Optional.empty(), Optional.of(NAME)),
        "tls/certificate-file and tls/private-key-file");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    refused(
        server,
        tls(directory.resolve("nowhere.crt"), Optional.of(client), Optional.of(NAME)),
        "nowhere.crt");
  }

  @Test
  void aPlaintextServerIsNamedAsSuch() throws Exception {
    try (Site plain =
        new Site(
            EmulatorConfig.onLoopback("a", "wire"),
            new Wire("wire", InstantSource.system()),
            s -> with(s, tls(authority.ca, Optional.of(client), Optional.of(NAME))))) {
      assertThat(plain.status(s -> s.connection() == Connection.DOWN).reason())
          .contains("TLS with infrap4d")
          .contains("check that infrap4d speaks TLS there");
    }
  }

  @Test
  void aPairThatIsRotatedOnALivingConnectionIsUsedByTheNextHandshake() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      site.ready();
      // Both ends move to another authority while the connection lives.
      Certificates next = new Certificates(directory, "next");
      Files.write(
          authority.ca, Files.readAllBytes(next.ca), StandardOpenOption.APPEND); // both for a while
      next.issue("server", NAME, Duration.ofDays(30));
      next.issue("client", "keyway.example", Duration.ofDays(30));
      assertThat(site.plane.status().ready()).isTrue();
      TimeUnit.MILLISECONDS.sleep(1_500); // until the server has looked
      Files.copy(next.ca, authority.ca, StandardCopyOption.REPLACE_EXISTING);
      TimeUnit.MILLISECONDS.sleep(1_500);
      site.emulator.setReachable(false);
      site.await(PlaneEvent.Down.class::isInstance);
      site.emulator.setReachable(true);
      site.ready();
    }
  }

  @Test
  void aHalfWrittenPairKeepsTheOldOneAndIsShown() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(30));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      site.ready();
      byte[] whole = Files.readAllBytes(client.certificate());
      Files.write(client.certificate(), Arrays.copyOf(whole, whole.length / 2));
      site.emulator.setReachable(false);
      site.await(PlaneEvent.Down.class::isInstance);
      site.emulator.setReachable(true);
      site.ready();
    }
  }

  @Test
  void aCertificateNearItsEndIsAWarningWhileTheConnectionLives() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(3));
    authority.issue("client", "keyway.example", Duration.ofDays(2));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      site.ready();
      assertThat(site.status(s -> s.warnings().size() == 2).warnings())
          .anySatisfy(w -> assertThat(w).startsWith("tls/certificate-file " + client.certificate()))
          .anySatisfy(w -> assertThat(w).startsWith("the certificate of infrap4d 'CN=server'"))
          .allSatisfy(w -> assertThat(w).contains(" expires on "));
    }
  }

  private void refused(Certificates.Pem server, TlsSettings tls, String... reasons)
      throws Exception {
    try (Site site = site(server, tls)) {
      PlaneStatus status = site.status(s -> s.connection() == Connection.DOWN);
      assertThat(status.reason()).contains(reasons).doesNotContain("PRIVATE");
      Thread.sleep(300);
      assertThat(site.plane.status().reason())
          .as("retried, with the same answer")
          .contains(reasons);
    }
  }
}
