package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.WireSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NAT traversal (RFC 7296 section 2.23, RFC 3948): the left side is behind a NAT. */
class NatTraversalTest {
  private static final InetAddress INSIDE = Config.address("192.0.2.1");
  private static final InetAddress OUTSIDE = Config.address("198.51.100.9");
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 4500);

  /** Ports of the outside are those of the inside and this much. */
  private int shift = 40_000;

  private Datagram translate(Datagram d) {
    if (d.local().getAddress().equals(INSIDE)) {
      return new Datagram(
          new InetSocketAddress(OUTSIDE, d.local().getPort() + shift),
          d.remote(),
          d.marker(),
          d.octets());
    }
    if (d.remote().getAddress().equals(OUTSIDE) && d.remote().getPort() > shift) {
      return new Datagram(
          d.local(),
          new InetSocketAddress(INSIDE, d.remote().getPort() - shift),
          d.marker(),
          d.octets());
    }
    return d;
  }

  private Lab lab() {
    return lab(EngineSettings.defaults(), Duration.ZERO);
  }

  private Lab lab(EngineSettings settings, Duration dpdOfLeft) {
    Lab lab = new Lab(settings);
    lab.load(
        Lab.leftNet().natTraversal().ids("left", "right").dpd(dpdOfLeft),
        Lab.rightNet().anyPeer().natTraversal().ids("right", "left"));
    lab.net.setNat(this::translate);
    return lab.up();
  }

  private static List<Datagram> keepalives(Lab lab) {
    return lab.net.sent().stream()
        .filter(d -> d.octets().length == 1 && d.octets()[0] == (byte) 0xff)
        .toList();
  }

  private static void rekeyIke(Gateway gateway) {
    String uid = gateway.onlySa().uid();
    assertThat(
            gateway
                .get(gateway.engine.rekey(new Selection.IkeUid(uid), Duration.ofSeconds(20)))
                .outcome()
                .reason())
        .isEmpty();
  }

  @Test
  void bothGoOnAtPort4500AndAskThePlanesForEspInUdp() {
    Lab lab = lab();

    assertThat(lab.left.onlySa().local().getPort()).isEqualTo(4500);
    assertThat(lab.right.onlySa().remote()).isEqualTo(new InetSocketAddress(OUTSIDE, 44_500));
    assertThat(lab.left.plane.sas())
        .extracting(i -> i.sa().endpoints().udp().orElseThrow())
        .containsOnly(new Endpoints.UdpPorts(4500, 4500));
    assertThat(lab.right.plane.sas())
        .extracting(i -> i.sa().endpoints().udp().orElseThrow())
        .containsOnly(new Endpoints.UdpPorts(4500, 44_500));
  }

  @Test
  void whoIsBehindTheNatKeepsItOpenAndNobodyElse() {
    Lab lab = lab();

    lab.time.run(Duration.ofSeconds(101));

    assertThat(keepalives(lab)).hasSize(5);
    assertThat(keepalives(lab))
        .allMatch(d -> d.local().getAddress().equals(INSIDE) && d.remote().equals(RIGHT));
    assertThat(lab.right.count("ike-nat-keepalives")).isZero();
  }

  @Test
  void keepalivesGoOnAfterARekeyAndEndWithTheIkeSa() {
    Lab lab = lab();
    rekeyIke(lab.left);
    lab.time.run(Duration.ofSeconds(65));
    assertThat(keepalives(lab)).hasSize(3);

    lab.left.get(
        lab.left.engine.terminate(new Selection.Connection("to-right"), Duration.ofSeconds(9)));
    lab.time.run(Duration.ofSeconds(100));

    assertThat(keepalives(lab)).hasSize(3);
  }

  @Test
  void whereThereIsOtherTrafficOrTheyAreSwitchedOffThereAreNone() {
    Lab busy = lab(EngineSettings.defaults(), Duration.ofSeconds(10));
    busy.time.run(Duration.ofSeconds(100));
    assertThat(keepalives(busy)).isEmpty();

    Lab off =
        lab(
            EngineSettings.defaults()
                .withWire(WireSettings.DEFAULT.withNatKeepalive(Duration.ZERO)),
            Duration.ZERO);
    off.time.run(Duration.ofSeconds(100));
    assertThat(keepalives(off)).isEmpty();

    Lab straight = Lab.withNet().up();
    straight.time.run(Duration.ofSeconds(100));
    assertThat(keepalives(straight)).isEmpty();
  }

  @Test
  void anotherMappingIsFollowedAndTheChildLedThere() {
    Lab lab = lab();
    shift = 50_000;

    rekeyIke(lab.left);
    lab.time.run(Duration.ofSeconds(10));

    assertThat(lab.right.onlySa().remote()).isEqualTo(new InetSocketAddress(OUTSIDE, 54_500));
    lab.assertOnePair("net");
    assertThat(lab.right.plane.sas())
        .extracting(i -> i.sa().endpoints().udp().orElseThrow())
        .containsOnly(new Endpoints.UdpPorts(4500, 54_500));
  }

  @Test
  void aReplayedOrForgedDatagramFromElsewhereLeadsNobodyAway() {
    Lab lab = lab();
    InetSocketAddress before = lab.right.onlySa().remote();
    List<Datagram> seen = lab.net.sent().stream().filter(d -> d.remote().equals(RIGHT)).toList();
    InetSocketAddress attacker = new InetSocketAddress(Config.address("203.0.113.66"), 4500);
    for (Datagram d : seen) {
      lab.net.inject(new Datagram(attacker, RIGHT, true, d.octets()));
      byte[] next = d.octets().clone();
      next[23] = 2;
      lab.net.inject(new Datagram(attacker, RIGHT, true, next));
    }

    lab.time.run(Duration.ofSeconds(5));

    assertThat(seen).isNotEmpty();
    assertThat(lab.right.onlySa().remote()).isEqualTo(before);
    assertThat(lab.right.count("ike-dropped-unauthentic")).isPositive();
  }

  @Test
  void whoIsBehindTheNatItselfStaysWithTheAddressThatItKnows() {
    Lab lab = lab();
    // From now on the right side's messages seem to come from elsewhere.
    InetSocketAddress elsewhere = new InetSocketAddress(Config.address("203.0.113.66"), 4500);
    lab.net.setNat(
        d -> {
          Datagram translated = translate(d);
          return translated.local().equals(RIGHT)
              ? new Datagram(
                  elsewhere, translated.remote(), translated.marker(), translated.octets())
              : translated;
        });

    // The answer goes where the request came from, and is lost there.
    lab.right.engine.rekey(new Selection.IkeUid(lab.right.onlySa().uid()), Duration.ofSeconds(1));
    lab.time.run(Duration.ofSeconds(5));

    assertThat(lab.net.sent()).anyMatch(d -> d.remote().equals(elsewhere));
    assertThat(lab.left.engine.snapshot()).allMatch(sa -> sa.remote().equals(RIGHT));
  }

  @Test
  void transportModeHasTheAddressesThatEachEndSees() {
    Lab lab = new Lab();
    lab.load(
        Config.left()
            .transport()
            .natTraversal()
            .ids("left", "right")
            .child("net", "dynamic", "dynamic"),
        Config.right()
            .transport()
            .anyPeer()
            .natTraversal()
            .ids("right", "left")
            .child("net", "dynamic", "dynamic"));
    lab.net.setNat(this::translate);
    lab.up();
    assertTransport(lab);

    for (Gateway each : List.of(lab.left, lab.right)) {
      each.get(
          each.engine.rekey(
              new Selection.ChildUid(each.children().get(0).uid()), Duration.ofSeconds(20)));
      lab.time.run(Duration.ofSeconds(10));
      assertTransport(lab);
    }
  }

  private static void assertTransport(Lab lab) {
    lab.assertOnePair("net");
    InetAddress right = RIGHT.getAddress();
    assertThat(lab.left.children().get(0).selectors())
        .containsExactly(
            new SelectorPair(TrafficSelector.host(INSIDE), TrafficSelector.host(right)));
    assertThat(lab.right.children().get(0).selectors())
        .containsExactly(
            new SelectorPair(TrafficSelector.host(right), TrafficSelector.host(OUTSIDE)));
  }

  @Test
  void encapsulationIsForcedWithoutANat() {
    for (boolean initiator : new boolean[] {true, false}) {
      Lab lab = new Lab();
      Config left = Lab.leftNet().natTraversal();
      Config right = Lab.rightNet().natTraversal();
      lab.load(initiator ? left.encapsulation() : left, initiator ? right : right.encapsulation());

      lab.up();

      lab.assertOnePair("net");
      for (Gateway each : List.of(lab.left, lab.right)) {
        assertThat(each.plane.sas())
            .extracting(i -> i.sa().endpoints().udp().orElseThrow())
            .containsOnly(new Endpoints.UdpPorts(4500, 4500));
      }
      // Who forces it is behind no NAT, and keeps none open.
      lab.time.run(Duration.ofSeconds(60));
      assertThat(keepalives(lab)).hasSizeLessThanOrEqualTo(0);
    }
  }

  @Test
  void forcedEncapsulationNeedsNatTraversal() {
    Lab lab = new Lab();
    assertThat(lab.left.load(Lab.leftNet().encapsulation().build()).reason())
        .contains("force-encapsulation needs nat-traversal");
  }
}
