package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sp.PolicyAction;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.settings.Endpoint;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.testing.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways to an agent: TCP with mutual TLS, a UNIX socket, and settings that lead nowhere. */
class ConnectionTest {

  @TempDir Path directory;

  private static void refused(String reason, String... leaves) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < leaves.length; i += 2) {
      map.put(leaves[i], leaves[i + 1]);
    }
    assertThatThrownBy(() -> VrouterSettings.parse("r", map))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void settingsThatCannotBeUsedNameTheLeafAndTheCure() {
    refused("address is missing");
    refused("both set", "address", "192.0.2.1:1", "socket", "/s");
    refused("no setting 'gnmi-address'", "address", "192.0.2.1:1", "gnmi-address", "x");
    refused("tls/ca-file is missing", "address", "192.0.2.1:50061");
    refused(
        "tls/certificate-file is missing",
        "address",
        "192.0.2.1:50061",
        "tls/ca-file",
        "/etc/ca.crt");
    refused("not a loopback", "address", "192.0.2.1:50061", "tls/enabled", "false");
    refused("not host:port", "address", "192.0.2.1", "tls/enabled", "false");
    refused("absolute", "socket", "agent.sock");
    refused("107", "socket", "/" + "x".repeat(120));
    refused("has no TLS", "socket", "/run/agent.sock", "tls/ca-file", "/etc/ca.crt");
    refused("rpc-timeout '1'", "socket", "/run/agent.sock", "rpc-timeout", "1");
  }

  @Test
  void everyLeafIsTaken() throws SettingsException {
    VrouterSettings settings =
        VrouterSettings.parse(
            "r",
            Map.of(
                "socket", "/run/agent.sock",
                "ike-over-agent", "false",
                "rpc-timeout", "700",
                "audit-interval", "9"));
    assertThat(settings.endpoint()).isEqualTo(new Endpoint.Unix(Path.of("/run/agent.sock")));
    assertThat(settings.ikeOverAgent()).isFalse();
    assertThat(settings.timing().rpc()).isEqualTo(Duration.ofMillis(700));
    assertThat(settings.timing().audit()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.tls().enabled()).isFalse();
  }

  @Test
  void anAgentIsReachedByItsUnixSocket() throws Exception {
    Path socket = directory.resolve("agent.sock");
    MultiThreadIoEventLoopGroup threads =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    FakeAgent agent =
        new FakeAgent()
            .start(
                NettyServerBuilder.forAddress(
                        new DomainSocketAddress(socket.toString()),
                        InsecureServerCredentials.create())
                    .channelType(EpollServerDomainSocketChannel.class)
                    .bossEventLoopGroup(threads)
                    .workerEventLoopGroup(threads));
    try (Bench bench =
        new Bench(agent, Bench.settings(Map.of("socket", socket.toString()), Bench.TIMING))) {
      bench.awaitReady();
      assertThat(bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold())))
          .allMatch(Outcome::done);
      assertThat(agent.policies()).hasSize(1);
    } finally {
      threads.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  @Test
  void aMissingSocketIsSaidSo() throws Exception {
    try (Bench bench = new Bench()) {
      bench.awaitReady();
      bench.plane.close();
      Path nowhere = directory.resolve("nowhere.sock");
      bench.begin(Bench.settings(Map.of("socket", nowhere.toString()), Bench.TIMING));
      bench.await("down", () -> bench.plane.status().connection() == Connection.DOWN);
      assertThat(bench.plane.status().reason())
          .contains("cannot reach", "nowhere.sock", "no such socket");
    }
  }

  @Test
  void mutualTlsLetsInWhoHasACertificateAndNobodyElse() throws Exception {
    Certificates authority = new Certificates(directory, "authority");
    Certificates.Pem server = authority.issue("server", "agent.example", Duration.ofDays(30));
    Certificates.Pem client = authority.issue("client", "keyway.example", Duration.ofDays(30));
    Certificates other = new Certificates(Files.createDirectory(directory.resolve("o")), "other");
    Certificates.Pem stranger = other.issue("client", "keyway.example", Duration.ofDays(30));
    ServerCredentials credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(server.certificate().toFile(), server.key().toFile())
            .trustManager(authority.ca.toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    FakeAgent agent = new FakeAgent(credentials).start();
    try (Bench bench = new Bench(agent, new MapMemory())) {
      bench.plane.close();
      bench.begin(settings(agent, authority, stranger));
      bench.await(
          "turned away",
          () ->
              bench.plane.status().connection() == Connection.DOWN
                  && bench.plane.status().reason().contains("certificate"));
      assertThat(agent.attached()).isEmpty();
      bench.plane.close();
      bench.begin(settings(agent, authority, client));
      bench.awaitReady();
      assertThat(bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold())))
          .allMatch(Outcome::done);
    }
  }

  private static VrouterSettings settings(
      FakeAgent agent, Certificates authority, Certificates.Pem own) throws SettingsException {
    return Bench.settings(
        Map.of(
            "address", "127.0.0.1:" + agent.port(),
            "tls/ca-file", authority.ca.toString(),
            "tls/certificate-file", own.certificate().toString(),
            "tls/private-key-file", own.key().toString(),
            "tls/server-name", "agent.example"),
        Bench.TIMING);
  }
}
