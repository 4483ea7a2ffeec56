package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.vrouter.FakeAgent;
import io.keyway.plane.vrouter.Samples;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import io.keyway.protocol.vrouter.v1.PeerMoved;
import io.keyway.protocol.vrouter.v1.SecurityAssociation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A router behind a NAT that forgets its mapping while only ESP flows. */
@Timeout(240)
class RouterNatIT {

  private static final String INSIDE = "192.0.2.1";
  private static final String OUTSIDE = "203.0.113.7";
  private static final String B = "198.51.100.1";
  private static final Duration CALL = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final ExecutorService wire = Executors.newSingleThreadExecutor();

  /** Ports of the NAT's outside are those of the inside and this much. */
  private volatile int shift = 20_000;

  private RouterSite a;
  private RouterSite b;

  @BeforeEach
  void start() throws Exception {
    FakeAgent routerA = new FakeAgent().start();
    FakeAgent routerB = new FakeAgent().start();
    routerA.wire(packet -> wire.execute(() -> routerB.receive(leaving(packet))));
    routerB.wire(packet -> wire.execute(() -> entering(packet).ifPresent(routerA::receive)));
    a = new RouterSite("a", routerA, directory, 1);
    b = new RouterSite("b", routerB, directory, 1);
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
    wire.shutdownNow();
  }

  private static ByteString octets(String address) {
    return Samples.octets(address);
  }

  private PacketIn leaving(PacketOut packet) {
    return PacketIn.newBuilder()
        .setLocal(packet.getRemote())
        .setLocalPort(packet.getRemotePort())
        .setRemote(octets(OUTSIDE))
        .setRemotePort(packet.getLocalPort() + shift)
        .setMarker(packet.getMarker())
        .setPayload(packet.getPayload())
        .build();
  }

  /** What comes for a mapping that is not there any more is lost. */
  private Optional<PacketIn> entering(PacketOut packet) {
    int port = packet.getRemotePort() - shift;
    return packet.getRemote().equals(octets(OUTSIDE)) && (port == 500 || port == 4500)
        ? Optional.of(
            PacketIn.newBuilder()
                .setLocal(octets(INSIDE))
                .setLocalPort(port)
                .setRemote(packet.getLocal())
                .setRemotePort(packet.getLocalPort())
                .setMarker(packet.getMarker())
                .setPayload(packet.getPayload())
                .build())
        : Optional.empty();
  }

  private static IkePolicy throughNat(IkePolicy like, String ours, String theirs) {
    return new IkePolicy(
        like.name(),
        like.proposals(),
        like.rekeySeconds(),
        like.reauthSeconds(),
        like.dpdSeconds(),
        false,
        true,
        like.fragmentation(),
        Optional.of(
            new Authentication(
                Authentication.Method.PRE_SHARED_KEY,
                Optional.of(Identity.parse(ours)),
                Optional.of(Identity.parse(theirs)),
                "psk")));
  }

  private void configure(RouterSite site, Config config, String ours, String theirs)
      throws Exception {
    Tunnel tunnel =
        config.tunnel(
            "t",
            TrafficSelector.prefix(Config.address(ours), 16),
            TrafficSelector.prefix(Config.address(theirs), 16));
    site.configure(
        config,
        throughNat(config.ike(), site.name, site == a ? b.name : a.name),
        Optional.empty(),
        tunnel);
  }

  private static void seen(RouterSite site, String from, int port) {
    SecurityAssociation in =
        site.agent.sas().stream()
            .filter(sa -> sa.getId().getDirection() == Direction.INBOUND)
            .findFirst()
            .orElseThrow();
    site.agent.tell(
        Event.newBuilder()
            .setPeerMoved(
                PeerMoved.newBuilder().setId(in.getId()).setAddress(octets(from)).setPort(port)));
  }

  private static List<Integer> ports(RouterSite site) {
    return site.agent.sas().stream().map(sa -> sa.getEndpoints().getRemotePort()).toList();
  }

  @Test
  void bothSasAreMovedToWhereTheEspOfThePeerComesFromAndNoForgerMovesThem() throws Exception {
    configure(
        b,
        new Config(B, OUTSIDE, 500, 500, StartAction.NONE, b.plane.name()),
        "10.2.0.0",
        "10.1.0.0");
    configure(
        a,
        new Config(INSIDE, B, 500, 500, StartAction.START, a.plane.name()),
        "10.1.0.0",
        "10.2.0.0");
    Await.until("both up", CALL, () -> a.up("t") && b.up("t"), () -> a + " " + b);
    assertThat(ports(b)).containsExactly(24_500, 24_500);
    int installs = b.agent.installs().size();

    for (int i = 0; i < 100; i++) {
      seen(b, "198.18.0.66", 1000 + i);
    }
    Await.until(
        "asked",
        CALL,
        () -> b.engine.counters().getOrDefault("ike-peer-seen-wrongly", 0L) > 0,
        () -> b);
    assertThat(ports(b)).containsExactly(24_500, 24_500);

    shift = 30_000;
    seen(b, OUTSIDE, 34_500);
    Await.until("moved", CALL, () -> ports(b).equals(List.of(34_500, 34_500)), () -> b);
    assertThat(b.agent.installs()).as("no other keys").hasSize(installs);
    assertThat(b.agent.changes().stream().filter(Change::hasUpdateSa)).hasSize(2);
    Await.until(
        "noted",
        CALL,
        () ->
            b.sad.entries().stream()
                .allMatch(e -> e.sa().endpoints().udp().orElseThrow().remote() == 34_500),
        () -> b.sad.entries());
    assertThat(b.engine.snapshot().get(0).remote().getPort()).isEqualTo(34_500);
    assertThat(b.tunnels.rekey("t", CALL).toCompletableFuture().get().outcome().done()).isTrue();
    Await.until(
        "replaced there",
        CALL,
        () -> ports(b).equals(List.of(34_500, 34_500)) && b.agent.installs().size() > installs,
        () -> b);
  }
}
