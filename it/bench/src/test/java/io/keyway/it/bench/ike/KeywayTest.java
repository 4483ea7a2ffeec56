package io.keyway.it.bench.ike;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.bench.node.Suite;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The load generator really sets up what it counts; how fast does not matter here. */
@Timeout(120)
class KeywayTest {

  @ParameterizedTest
  @EnumSource(Suite.class)
  void setsUpAndEndsTunnelsBetweenTwoProcesses(Suite suite) throws Exception {
    try (Keyway keyway = Keyway.start("test", false)) {
      Round round = keyway.load(suite, 20);
      assertThat(round.tunnels()).isEqualTo(20);
      assertThat(keyway.status())
          .isEqualTo(new Keyway.Status(new Keyway.End(0, 0), new Keyway.End(0, 0)));
      assertThat(round.perSecond()).isPositive();
      assertThat(round.initiatorMillis()).isPositive();
      assertThat(round.responderMillis()).isPositive();
      assertThat(round.latency().orElseThrow().p50())
          .isPositive()
          .isLessThanOrEqualTo(round.latency().orElseThrow().p99());
      // A second round has new connections, and none of the first one's.
      assertThat(keyway.load(suite, 5).tunnels()).isEqualTo(5);
    }
  }
}
