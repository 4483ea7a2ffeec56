package io.keyway.it.bench.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.node.Profile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load generator really sets up what it counts; how fast does not matter here. */
@Timeout(120)
class KeywayTest {

  @Test
  void setsUpAndEndsTunnelsBetweenTwoProcesses() throws Exception {
    try (CredentialFiles credentials = CredentialFiles.create();
        Keyway keyway = Keyway.start("test", false, credentials)) {
      for (String name :
          List.of(
              "psk/x25519",
              "psk/ecp384",
              "rsa-2048/x25519",
              "ecdsa-384/x25519",
              "ed25519/x25519")) {
        Round round = keyway.load(Profile.parse(name), 20);
        assertThat(round.tunnels()).as(name).isEqualTo(20);
        assertThat(keyway.status())
            .as(name)
            .isEqualTo(new EnginePair.Status(new EnginePair.End(0, 0), new EnginePair.End(0, 0)));
        assertThat(round.perSecond()).isPositive();
        assertThat(round.initiatorMillis()).isPositive();
        assertThat(round.responderMillis()).isPositive();
        assertThat(round.latency().orElseThrow().p50())
            .isPositive()
            .isLessThanOrEqualTo(round.latency().orElseThrow().p99());
      }
      // Another round has new connections, and none of an earlier one's.
      assertThat(keyway.load(Profile.X25519, 5).tunnels()).isEqualTo(5);
    }
  }

  @Test
  void rekeysManyAndLooksAtThemWhileMoreCome() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    try (Cleanup cleanup = new Cleanup();
        CredentialFiles credentials = CredentialFiles.create()) {
      new ManyTunnels(
              new PrintStream(shown, true, StandardCharsets.UTF_8),
              100,
              false,
              credentials,
              Optional.empty())
          .run(cleanup);
    }
    assertThat(shown.toString(StandardCharsets.UTF_8))
        .contains("CHILD_SAs rekeyed 100 of 100", "IKE SAs rekeyed 100 of 100")
        .contains("both ends have 100 IKE SAs with one CHILD_SA each")
        .contains("200 more, 100 at a time", "up to 300 IKE SAs");
  }
}
