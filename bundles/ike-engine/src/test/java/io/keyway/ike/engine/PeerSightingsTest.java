package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A NAT forgets its mapping while only ESP flows: the left side is behind it. */
class PeerSightingsTest {
  private static final InetAddress INSIDE = Config.address("192.0.2.1");
  private static final InetAddress OUTSIDE = Config.address("198.51.100.9");
  private static final InetSocketAddress FORGER =
      new InetSocketAddress(Config.address("203.0.113.66"), 1234);

  /** Ports of the outside are those of the inside and this much; others lead nowhere. */
  private int shift = 40_000;

  private Datagram translate(Datagram d) {
    if (d.local().getAddress().equals(INSIDE)) {
      return new Datagram(
          new InetSocketAddress(OUTSIDE, d.local().getPort() + shift),
          d.remote(),
          d.marker(),
          d.octets());
    }
    if (d.remote().getAddress().equals(OUTSIDE) && d.remote().getPort() - shift == 4500) {
      return new Datagram(d.local(), new InetSocketAddress(INSIDE, 4500), d.marker(), d.octets());
    }
    if (d.remote().getAddress().equals(OUTSIDE) && d.remote().getPort() - shift == 500) {
      return new Datagram(d.local(), new InetSocketAddress(INSIDE, 500), d.marker(), d.octets());
    }
    return d;
  }

  private Lab lab(Config left, Config right) {
    Lab lab = new Lab();
    lab.load(left, right);
    lab.net.setNat(this::translate);
    return lab.up();
  }

  private Lab lab() {
    return lab(
        Lab.leftNet().natTraversal().ids("left", "right"),
        Lab.rightNet().anyPeer().natTraversal().ids("right", "left"));
  }

  private static void seen(Gateway gateway, InetSocketAddress from) {
    SecurityAssociation in = gateway.plane.sas(Direction.INBOUND).get(0).sa();
    gateway.plane.tell(
        new SadEvent.PeerSeen(in.child(), in.id(), from.getAddress(), from.getPort()));
  }

  private static InetSocketAddress outside(int port) {
    return new InetSocketAddress(OUTSIDE, port);
  }

  private static List<Endpoints.UdpPorts> ports(Gateway gateway) {
    return gateway.plane.sas().stream()
        .map(i -> i.sa().endpoints().udp().orElseThrow())
        .distinct()
        .toList();
  }

  private static long to(Lab lab, InetSocketAddress where) {
    return lab.net.sent().stream().filter(d -> d.remote().equals(where)).count();
  }

  @Test
  void trafficFollowsThePeerThoughNoIkeWasExchanged() {
    Lab lab = lab();
    lab.traffic("net");
    String ike = lab.right.onlySa().uid();
    lab.time.run(Duration.ofMinutes(5));
    shift = 50_000;
    int before = lab.net.sent().size();
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.onlySa().remote()).isEqualTo(outside(54_500));
    assertThat(lab.net.sent().size() - before)
        .as("a question at both places, and its answer")
        .isLessThanOrEqualTo(4);
    lab.time.run(Duration.ofSeconds(8));

    assertThat(lab.right.onlySa().uid()).isEqualTo(ike);
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
    assertThat(lab.lost).as("packets without an SA at the other end").isZero();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-peer-moved")).isEqualTo(2); // The float to 4500, and this.
  }

  @Test
  void wherePlanesCanTheSasAreMovedAsTheyAre() {
    Lab lab = lab();
    lab.right.plane.moves = true;
    lab.traffic("net");
    List<String> uids = uids(lab.right);
    shift = 50_000;
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofMillis(100));
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(uids(lab.right)).isEqualTo(uids);
    assertThat(lab.right.count("child-moves")).isEqualTo(1);
    assertThat(lab.lost).isZero();
    lab.assertOnePair("net");

    assertThat(
            lab.left
                .get(
                    lab.left.engine.rekey(
                        new Selection.ChildUid(lab.left.children().get(0).uid()),
                        Duration.ofSeconds(20)))
                .outcome()
                .done())
        .isTrue();
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
    lab.left.get(
        lab.left.engine.terminate(new Selection.Connection("to-right"), Duration.ofSeconds(9)));
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
  }

  @Test
  void aMoveThatHalfFailsEndsInAReplacement() {
    Lab lab = lab();
    lab.right.plane.moves = true;
    lab.right.plane.setFate(
        call ->
            call.startsWith("move INBOUND")
                ? Optional.of(Outcome.unknown("the line broke"))
                : Optional.empty());
    List<String> uids = uids(lab.right);
    shift = 50_000;
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofSeconds(10));
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
    assertThat(uids(lab.right)).doesNotContainAnyElementsOf(uids);
    lab.assertOnePair("net");
  }

  private static List<String> uids(Gateway gateway) {
    return gateway.children().stream().map(ChildSaStatus::uid).toList();
  }

  @Test
  void aForgedSourceMovesNothingAndIsAskedEverMoreSeldom() {
    Lab lab = lab();
    for (int second = 0; second < 600; second++) {
      for (int i = 0; i < 20; i++) {
        seen(lab.right, new InetSocketAddress(FORGER.getAddress(), 1000 + i));
      }
      lab.time.run(Duration.ofSeconds(1));
    }
    assertThat(lab.right.onlySa().remote()).isEqualTo(outside(44_500));
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 44_500));
    assertThat(lab.right.count("ike-peer-moved")).as("the float to 4500").isEqualTo(1);
    assertThat(lab.right.count("ike-peer-seen")).isBetween(5L, 25L);
    assertThat(lab.right.count("ike-peer-seen-wrongly"))
        .isEqualTo(lab.right.count("ike-peer-seen"));

    shift = 50_000;
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofSeconds(62));
    assertThat(lab.right.onlySa().remote()).as("followed all the same").isEqualTo(outside(54_500));
  }

  @Test
  void aRequestThatIsOnItsWayToTheFormerMappingGoesToTheOtherOneToo() {
    Lab lab = lab();
    shift = 50_000;
    var rekey =
        lab.right.engine.rekey(
            new Selection.ChildUid(lab.right.children().get(0).uid()), Duration.ofSeconds(20));
    lab.time.run(Duration.ofMillis(100));
    assertThat(rekey.toCompletableFuture()).isNotDone();
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofMillis(800));
    assertThat(rekey.toCompletableFuture()).isDone();
    assertThat(lab.right.get(rekey).outcome().done()).isTrue();
    lab.time.run(Duration.ofSeconds(10));
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
    lab.assertOnePair("net");
  }

  @Test
  void anotherMappingWhileThePauseLastsIsAskedAboutAfterIt() {
    Lab lab = lab();
    shift = 45_000;
    seen(lab.right, outside(49_500));
    lab.time.run(Duration.ofMillis(300));
    assertThat(lab.right.onlySa().remote()).isEqualTo(outside(49_500));
    shift = 50_000;
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofMillis(100));
    assertThat(lab.right.onlySa().remote()).isEqualTo(outside(49_500));
    lab.time.run(Duration.ofSeconds(9));
    assertThat(lab.right.onlySa().remote()).isEqualTo(outside(54_500));
    assertThat(ports(lab.right)).containsExactly(new Endpoints.UdpPorts(4500, 54_500));
  }

  @Test
  void whoIsBehindTheNatItselfAsksNobody() {
    Lab lab = lab();
    seen(lab.left, FORGER);
    lab.time.run(Duration.ofSeconds(5));
    assertThat(to(lab, FORGER)).isZero();
    assertThat(lab.left.count("ike-peer-seen-ignored")).isEqualTo(1);
  }

  @Test
  void withoutANatNobodyIsAsked() {
    Lab lab = Lab.withNet().up();
    seen(lab.right, FORGER);
    lab.time.run(Duration.ofSeconds(5));
    assertThat(to(lab, FORGER)).isZero();
  }

  @Test
  void withMobikeThePeerTells() {
    Lab lab =
        lab(
            Lab.leftNet().natTraversal().ids("left", "right").mobike(),
            Lab.rightNet().anyPeer().natTraversal().ids("right", "left").mobike());
    shift = 50_000;
    seen(lab.right, outside(54_500));
    lab.time.run(Duration.ofSeconds(5));
    assertThat(to(lab, outside(54_500))).isZero();
    assertThat(lab.right.count("ike-peer-seen-ignored")).isEqualTo(1);
  }

  @Test
  void aPeerThatAnswersNowhereIsGoneAsEver() {
    Lab lab = lab();
    lab.net.setWeather(
        d -> d.remote().getAddress().equals(OUTSIDE) ? List.of() : List.of(Net.LATENCY));
    seen(lab.right, FORGER);
    lab.time.run(Duration.ofMinutes(10));
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }
}
