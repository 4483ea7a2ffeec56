package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SadService;
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
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits of SAs, each kept by whom it is for: volume by the device, packets and time by us. */
@Timeout(120)
class LifetimesIT {

  private static final String A = "127.0.51.1";
  private static final String B = "127.0.51.2";
  private static final String HOST_A = "10.1.0.1";
  private static final String HOST_B = "10.2.0.1";
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final Limit FAR = new Limit(0, 1L << 40, 0);

  @TempDir Path directory;
  private Site a;
  private Site b;
  private int portA;
  private int portB;

  @BeforeEach
  void start() throws Exception {
    Wire wire = new Wire("wire", InstantSource.system());
    a = new Site("a", A, wire, "the same on both sides", directory);
    b = new Site("b", B, wire, "the same on both sides", directory);
    portA = freePort(A);
    portB = freePort(B);
    a.awaitReady();
    b.awaitReady();
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
  }

  private static int freePort(String address) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, 0))) {
      return socket.getLocalPort();
    }
  }

  /** Site a has the limits; b has none, so that what happens is a's doing. */
  private void bringUp(Limit soft, Limit hard) {
    Config there = new Config(B, A, portB, portA, StartAction.NONE, b.plane.name());
    Config here = new Config(A, B, portA, portB, StartAction.START, a.plane.name());
    there.apply(b, there.tunnel("t", HOST_B, HOST_A));
    b.awaitHeld("t");
    configure(here, new Lifetime(soft, hard), here.tunnel("t", HOST_A, HOST_B));
    a.awaitPhase("t", Phase.UP);
    b.awaitPhase("t", Phase.UP);
  }

  private void configure(Config config, Lifetime lifetime, Tunnel... tunnels) {
    ChildPolicy like = config.child();
    ChildPolicy child =
        new ChildPolicy(
            like.name(),
            like.mode(),
            like.proposals(),
            like.localTs(),
            like.remoteTs(),
            like.protocols(),
            lifetime,
            like.replayWindow(),
            like.startAction());
    a.configure(config.ike(), child, List.of(config.gateway()), List.of(tunnels));
  }

  private void removeEverything() {
    configure(
        new Config(A, B, portA, portB, StartAction.START, a.plane.name()), Lifetime.UNLIMITED);
    new Config(B, A, portB, portA, StartAction.NONE, b.plane.name()).apply(b);
    for (Site site : List.of(a, b)) {
      Await.until(
          "nothing is left at " + site.name,
          LIMIT,
          () -> site.contents().isEmpty() && site.sad.entries().isEmpty(),
          () -> site.contents() + " " + site.sad.entries());
      assertThat(site.count(Counter.OUTBOUND_KEY_REINSTALLS)).isZero();
    }
  }

  private SadService.Entry sa(Direction direction) {
    String child = a.status("t").children().get(0).uid();
    return a.sad.entries().stream()
        .filter(e -> e.sa().id().direction() == direction)
        .filter(e -> e.sa().child().uid().equals(child))
        .findFirst()
        .orElseThrow();
  }

  private void awaitRekeys(long count) {
    a.await("t", count + " rekeys", LIMIT, status -> status.rekeys() >= count);
  }

  /** The steady stream of a rekey that nobody notices. */
  private void assertUnnoticed(Traffic traffic) {
    assertThat(traffic.kindsSince(0)).isEqualTo(Set.of(Verdict.Kind.PROTECTED));
    assertThat(traffic.stopAndFindLost()).isEmpty();
    removeEverything();
  }

  @Test
  void volumeLimitGoesToTheDeviceAndItsEventStartsARekey() {
    bringUp(new Limit(0, 10_000, 0), FAR);
    assertThat(a.device.device().sas())
        .anyMatch(sa -> !sa.inbound() && sa.softBytes() > 8_000 && sa.softBytes() <= 10_000)
        .allMatch(sa -> sa.hardBytes() == 1L << 40);
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      awaitRekeys(2);
      assertThat(a.count(Counter.EXPIRE_EVENTS)).isGreaterThanOrEqualTo(2);
      assertUnnoticed(traffic);
    }
  }

  @Test
  void softEventWithAnIpv6AddressStartsARekey() {
    bringUp(Limit.NONE, Limit.NONE);
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      a.device
          .device()
          .expire(
              sa(Direction.INBOUND).sa().id().spi().bits(),
              true,
              Config.address("2001:db8::7"),
              false);
      awaitRekeys(1);
      assertUnnoticed(traffic);
    }
  }

  @Test
  void hardEventEndsTheChildAndANewOneIsNegotiatedWhileTrafficIsHeld() {
    bringUp(Limit.NONE, Limit.NONE);
    String before = a.status("t").children().get(0).uid();
    SadService.Entry out = sa(Direction.OUTBOUND);
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      a.device
          .device()
          .expire(out.sa().id().spi().bits(), false, out.sa().id().destination(), true);
      a.await(
          "t",
          "another child",
          LIMIT,
          s ->
              s.phase() == Phase.UP
                  && s.children().size() == 1
                  && !s.children().get(0).uid().equals(before));
      int up = traffic.sent();
      Await.until("traffic", LIMIT, () -> traffic.sent() > up + 50, traffic::sent);
      assertThat(traffic.kindsSince(0)).doesNotContain(Verdict.Kind.CLEAR);
      assertThat(traffic.kindsSince(up)).containsExactly(Verdict.Kind.PROTECTED);
    }
    removeEverything();
  }

  @Test
  void packetLimitsAreFoundByTheCounters() {
    bringUp(new Limit(0, 0, 300), new Limit(0, 0, 1_000_000));
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      awaitRekeys(1);
      assertUnnoticed(traffic);
    }
  }

  @Test
  void timeLimitsAreOurs() {
    bringUp(new Limit(3, 0, 0), new Limit(60, 0, 0));
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      awaitRekeys(2);
      assertThat(a.count(Counter.EXPIRE_EVENTS)).isZero();
      assertUnnoticed(traffic);
    }
  }

  @Test
  void expiryThatNobodyHeardIsFoundWhenTheStreamIsBack() throws Exception {
    bringUp(new Limit(0, 10_000, 0), FAR);
    long told = a.count(Counter.EXPIRE_EVENTS);
    a.device.setReachable(false);
    a.awaitReason("t", a.plane.name());
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      Await.until(
          "the device expires it, and nobody listens",
          LIMIT,
          () -> a.count(Counter.EXPIRE_EVENTS) > told && a.count(Counter.EXPIRE_EVENTS_LOST) > 0,
          () -> a.device.device().counters().snapshot());
      assertThat(a.status("t").rekeys()).isZero();
      a.device.setReachable(true);
      awaitRekeys(1);
      assertUnnoticed(traffic);
    }
  }
}
