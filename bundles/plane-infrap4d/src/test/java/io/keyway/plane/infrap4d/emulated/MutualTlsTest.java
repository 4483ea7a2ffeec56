package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.TlsFiles;
import io.keyway.emulator.infrap4d.TlsFiles.ClientCertificates;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.infrap4d.settings.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
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
    client = authority.issue("client", "keyway.example", Duration.ofDays(1));
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
        s ->
            new Infrap4dSettings(
                s.name(),
                s.p4runtime(),
                s.gnmi(),
                1,
                s.role(),
                true,
                1,
                false,
                64,
                tls,
                s.quirks(),
                s.timing()));
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
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(1));
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
  void anotherNameInTheCertificateIsRefused() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(1));
    refused(server, tls(authority.ca, Optional.of(client), Optional.of("other.example")), "TLS");
    refused(server, tls(authority.ca, Optional.of(client), Optional.empty()), "TLS");
  }

  @Test
  void anAuthorityThatWeDoNotKnowIsRefused() throws Exception {
    Certificates other = new Certificates(directory, "other");
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(1));
    refused(server, tls(other.ca, Optional.of(client), Optional.of(NAME)), "tls/ca-file");
  }

  @Test
  void anExpiredCertificateIsNamedAndANewOneIsTakenWithoutARestart() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(-1));
    try (Site site = site(server, tls(authority.ca, Optional.of(client), Optional.of(NAME)))) {
      assertThat(site.status(s -> s.reason().contains("TLS")).reason()).contains("expired");
      authority.issue("server", NAME, Duration.ofDays(1));
      site.emulator.setReachable(false);
      site.emulator.setReachable(true);
      site.ready();
    }
  }

  @Test
  void withoutOurCertificateTheDeviceTurnsUsAway() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(1));
    refused(server, tls(authority.ca, Optional.empty(), Optional.of(NAME)), "infrap4d");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    Certificates.Pem server = authority.issue("server", NAME, Duration.ofDays(1));
    refused(
        server,
        tls(directory.resolve("nowhere.crt"), Optional.of(client), Optional.of(NAME)),
        "nowhere.crt");
  }

  private void refused(Certificates.Pem server, TlsSettings tls, String reason) throws Exception {
    try (Site site = site(server, tls)) {
      assertThat(site.status(s -> s.reason().contains(reason)).ready()).isFalse();
      assertThat(site.plane.status().reason()).doesNotContain("PRIVATE");
    }
  }
}
