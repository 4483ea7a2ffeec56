package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** IKE datagrams over the agent. */
class AgentIkeTest {

  private static final InetAddress ROUTER = Bench.address("192.0.2.1");
  private static final InetSocketAddress LOCAL = new InetSocketAddress(ROUTER, 500);
  private static final InetSocketAddress PEER =
      new InetSocketAddress(Bench.address("2001:db8::1"), 61000);

  private final List<Datagram> received = new CopyOnWriteArrayList<>();
  private Bench bench;

  @BeforeEach
  void begin() throws Exception {
    bench = new Bench();
    bench.plane.ike().addresses(Set.of(ROUTER));
    bench.plane.ike().attach(received::add);
    bench.awaitReady();
    bench.await("stream open", bench.agent::takesPackets);
  }

  @AfterEach
  void end() {
    bench.close();
  }

  private static Datagram out(int length) {
    return new Datagram(LOCAL, PEER, false, new byte[length]);
  }

  @Test
  void datagramsGoBothWaysWithTheirAddressesPortsAndFraming() {
    byte[] octets = {1, 2, 3};
    InetSocketAddress nat = new InetSocketAddress(ROUTER, 4500);
    assertThat(bench.plane.ike().send(new Datagram(nat, PEER, true, octets)).done()).isTrue();
    bench.await("sent", () -> !bench.agent.sent().isEmpty());
    PacketOut sent = bench.agent.sent().get(0);
    assertThat(sent.getLocal()).isEqualTo(Samples.octets("192.0.2.1"));
    assertThat(sent.getLocalPort()).isEqualTo(4500);
    assertThat(sent.getRemote().size()).isEqualTo(16);
    assertThat(sent.getRemotePort()).isEqualTo(61000);
    assertThat(sent.getMarker()).isTrue();
    assertThat(sent.getPayload().toByteArray()).containsExactly(octets);

    assertThat(
            bench.agent.receive(
                PacketIn.newBuilder()
                    .setLocal(sent.getLocal())
                    .setLocalPort(500)
                    .setRemote(sent.getRemote())
                    .setRemotePort(500)
                    .setPayload(sent.getPayload())
                    .build()))
        .isTrue();
    bench.await("received", () -> !received.isEmpty());
    assertThat(received.get(0).local()).isEqualTo(LOCAL);
    assertThat(received.get(0).marker()).isFalse();
    assertThat(received.get(0).octets()).containsExactly(octets);
  }

  @Test
  void onlyAddressesOfGatewaysOnTheRouterAndIkePortsAreTaken() throws Exception {
    assertThat(bench.plane.ike().owns(ROUTER)).isTrue();
    assertThat(bench.plane.ike().owns(Bench.address("192.0.2.2"))).isFalse();
    assertThat(bench.plane.ike().check(LOCAL, false).done()).isTrue();
    assertThat(bench.plane.ike().check(LOCAL, true).kind()).isEqualTo(Kind.REFUSED);
    assertThat(bench.plane.ike().check(new InetSocketAddress(ROUTER, 5000), false).reason())
        .contains("ike-over-agent");
    assertThat(bench.plane.ike().send(out(65_001)).kind()).isEqualTo(Kind.REFUSED);
    bench.plane.close();
    bench.begin(
        Bench.settings(
            Map.of(
                "address",
                "127.0.0.1:" + bench.agent.port(),
                "tls/enabled",
                "false",
                "ike-over-agent",
                "false"),
            Bench.TIMING));
    bench.plane.ike().addresses(Set.of(ROUTER));
    assertThat(bench.plane.ike().owns(ROUTER)).isFalse();
  }

  @Test
  void withoutContactNothingLeavesAndAfterwardsItDoesAgain() throws Exception {
    bench.agent.kill();
    bench.await("down", () -> !bench.plane.status().ready());
    Outcome outcome = bench.plane.ike().send(out(10));
    assertThat(outcome.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(outcome.reason()).contains("no contact");
    bench.agent.start();
    bench.awaitReady();
    bench.await("stream open again", bench.agent::takesPackets);
    assertThat(bench.plane.ike().send(out(10)).done()).isTrue();
    bench.await("sent", () -> bench.agent.sent().size() == 1);
  }

  @Test
  void aControllerThatStandsByHearsNoIke() {
    bench.agent.attachedBy("somebody-else");
    bench.await("stream closed", () -> !bench.agent.takesPackets());
    assertThat(bench.plane.ike().send(out(10)).kind()).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void aStreamThatTakesNothingIsBegunAnewAndWhatWaitedLongIsNotSent() throws Exception {
    bench.plane.close();
    bench.agent.packets().deaf(true);
    int streams = bench.agent.packets().opened();
    bench.begin(
        new Timing(
            Duration.ofSeconds(3),
            Duration.ofSeconds(3600),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofMillis(500)));
    bench.awaitReady();
    bench.await("a stream", () -> bench.agent.packets().opened() > streams);
    bench.await(
        "more than the connection takes",
        () -> {
          for (int i = 0; i < 100; i++) {
            bench.plane.ike().send(out(60_000));
          }
          return bench.agent.packets().opened() > streams + 1;
        });
    assertThat(bench.plane.status().ready()).as("it answers probes").isTrue();
    bench.agent.packets().deaf(false);
    int before = bench.agent.packets().opened();
    bench.await(
        "one that is read",
        () -> {
          bench.plane.ike().send(out(60_000));
          return bench.agent.packets().opened() > before && !bench.agent.sent().isEmpty();
        });
    assertThat(bench.agent.sent()).as("IKE sent it again meanwhile").hasSizeLessThan(1000);
  }

  @Test
  void aReceiverThatFailsCostsOneDatagram() {
    bench
        .plane
        .ike()
        .attach(
            datagram -> {
              throw new IllegalStateException("a bug");
            });
    int streams = bench.agent.packets().opened();
    for (int i = 1; i <= 3; i++) {
      int expected = i;
      assertThat(
              bench.agent.receive(
                  PacketIn.newBuilder()
                      .setLocal(Samples.octets("192.0.2.1"))
                      .setLocalPort(500)
                      .setRemote(Samples.octets("192.0.2.2"))
                      .setRemotePort(500)
                      .setPayload(ByteString.copyFromUtf8("ike"))
                      .build()))
          .isTrue();
      bench.await("received", () -> received.size() == expected);
    }
    assertThat(bench.agent.packets().opened()).isEqualTo(streams);
  }

  @Test
  void aBurstIsSentWholeAndInOrder() {
    for (int i = 0; i < 3000; i++) {
      byte[] octets = new byte[1200];
      octets[0] = (byte) (i >> 8);
      octets[1] = (byte) i;
      assertThat(bench.plane.ike().send(new Datagram(LOCAL, PEER, false, octets)).done()).isTrue();
    }
    bench.await("all sent", () -> bench.agent.sent().size() == 3000);
    for (int i = 0; i < 3000; i++) {
      byte[] octets = bench.agent.sent().get(i).getPayload().toByteArray();
      assertThat((octets[0] & 0xff) << 8 | octets[1] & 0xff).isEqualTo(i);
    }
  }
}
