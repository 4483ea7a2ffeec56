package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often the disk is waited for, for one tunnel alone and for a hundred at once. Every wait is
 * in the way of a packet, and a disk of a small controller does a few hundred in a second.
 */
@Timeout(120)
class ForcesIT {

  /** What nobody waits for is written half a second later at most. */
  private static final long QUIET_MILLIS = 1500;

  @TempDir Path directory;

  /** What the disk was asked for so far: by the state journal, and by the journal of keys. */
  private record Forces(long state, long keys) {
    static Forces of(Site site) {
      return new Forces(site.state.forces(), site.sad.forces());
    }

    Forces since(Forces before) {
      return new Forces(state - before.state, keys - before.keys);
    }
  }

  private static Forces quiet(Site site, Forces before) throws InterruptedException {
    Thread.sleep(QUIET_MILLIS);
    return Forces.of(site).since(before);
  }

  @Test
  void oneTunnelAlone() throws Exception {
    Wire wire = new Wire("forces", InstantSource.system());
    String netA = "127.0.33.1";
    String netB = "127.0.33.2";
    try (Site a = new Site("a", netA, wire, "the same on both sides", directory);
        Site b = new Site("b", netB, wire, "the same on both sides", directory)) {
      int portA = freePort(netA);
      int portB = freePort(netB);
      Config configA = new Config(netA, netB, portA, portB, StartAction.START, a.plane.name());
      Config configB = new Config(netB, netA, portB, portA, StartAction.NONE, b.plane.name());
      Tunnel tunnelA = configA.tunnel("t", "10.1.0.1", "10.2.0.1");
      Tunnel tunnelB = configB.tunnel("t", "10.2.0.1", "10.1.0.1");
      a.awaitReady();
      b.awaitReady();
      quiet(a, Forces.of(a));
      Forces beforeA = Forces.of(a);
      Forces beforeB = Forces.of(b);
      configB.apply(b, tunnelB);
      b.awaitHeld("t");
      configA.apply(a, tunnelA);
      a.awaitPhase("t", Phase.UP);
      b.awaitPhase("t", Phase.UP);
      Forces began = quiet(a, beforeA);
      Forces answered = Forces.of(b).since(beforeB);
      System.out.println("forces of one tunnel: " + began + " where it began, " + answered);
      assertThat(began.keys()).isLessThanOrEqualTo(2);
      assertThat(answered.keys()).isLessThanOrEqualTo(2);
      assertThat(began.state()).isLessThanOrEqualTo(7);
      assertThat(answered.state()).isLessThanOrEqualTo(7);
    }
  }

  @Test
  void aHundredTunnelsAtOnceShareTheirs() throws Exception {
    Wire wire = new Wire("forces", InstantSource.system());
    try (Site a = new Site("a", Fleet.NET_A + "0/24", wire, "the same on both sides", directory);
        Site b = new Site("b", Fleet.NET_B + "0/24", wire, "the same on both sides", directory)) {
      a.awaitReady();
      b.awaitReady();
      Fleet fleet = new Fleet(a, b, 4, 25);
      Forces beforeA = Forces.of(a);
      Forces beforeB = Forces.of(b);
      fleet.configure();
      fleet.awaitUp(Duration.ofSeconds(60));
      Forces began = quiet(a, beforeA);
      Forces answered = Forces.of(b).since(beforeB);
      System.out.println("forces of 100 tunnels: " + began + " where they began, " + answered);
      for (Forces forces : new Forces[] {began, answered}) {
        assertThat(forces.state()).isLessThanOrEqualTo(4L * fleet.size());
        assertThat(forces.keys()).isLessThanOrEqualTo(2L * fleet.size());
      }
      fleet.removeEverything(Duration.ofSeconds(30));
    }
  }

  private static int freePort(String address) throws Exception {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, 0))) {
      return socket.getLocalPort();
    }
  }
}
