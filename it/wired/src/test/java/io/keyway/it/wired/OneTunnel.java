package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two sites with a device each, and one tunnel between them to be. */
abstract class OneTunnel {

  static final String A = "127.0.21.1";
  static final String B = "127.0.21.2";
  static final String HOST_A = "10.1.0.1";
  static final String HOST_B = "10.2.0.1";
  static final Duration CALL = Duration.ofSeconds(20);

  @TempDir Path directory;
  Wire wire;
  Site a;
  Site b;
  Config configA;
  Config configB;
  Tunnel tunnelA;
  Tunnel tunnelB;

  @BeforeEach
  void start() throws Exception {
    wire = new Wire("wire", InstantSource.system());
    a = new Site("a", A, wire, "the same on both sides", directory);
    b = new Site("b", B, wire, "the same on both sides", directory);
    int portA = freePort(A);
    int portB = freePort(B);
    configA = new Config(A, B, portA, portB, StartAction.START, a.plane.name());
    configB = new Config(B, A, portB, portA, StartAction.NONE, b.plane.name());
    tunnelA = configA.tunnel("t", HOST_A, HOST_B);
    tunnelB = configB.tunnel("t", HOST_B, HOST_A);
    a.awaitReady();
    b.awaitReady();
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
  }

  static int freePort(String address) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, 0))) {
      return socket.getLocalPort();
    }
  }

  void bringUp() {
    configB.apply(b, tunnelB);
    b.awaitHeld("t");
    configA.apply(a, tunnelA);
    a.awaitPhase("t", Phase.UP);
    b.awaitPhase("t", Phase.UP);
  }

  Verdict fromA() {
    return Traffic.send(a, HOST_A, HOST_B, "from a");
  }

  Verdict fromB() {
    return Traffic.send(b, HOST_B, HOST_A, "from b");
  }

  static boolean up(Site site) {
    return site.shows("t", status -> status.phase() == Phase.UP);
  }

  ChildSaStatus childOf(Site site) {
    List<ChildSaStatus> children = site.status("t").children();
    assertThat(children).hasSize(1);
    return children.get(0);
  }

  void removeEverywhere() {
    configA.apply(a);
    configB.apply(b);
    awaitNothingLeft(a);
    awaitNothingLeft(b);
  }

  static void awaitNothingLeft(Site site) {
    Await.until(
        "nothing is left at " + site.name,
        Site.SOON,
        () ->
            site.contents().isEmpty()
                && site.sad.entries().isEmpty()
                && site.spd.entries().isEmpty(),
        () -> site.contents() + " " + site.sad.entries() + " " + site.spd.entries());
  }

  void assertNoKeyTwice() {
    for (Site site : List.of(a, b)) {
      assertThat(site.count(Counter.OUTBOUND_KEY_REINSTALLS)).isZero();
      assertThat(site.count(Counter.INBOUND_KEY_REINSTALLS)).isZero();
    }
  }
}
