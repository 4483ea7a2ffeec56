package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.ike.Mobility;
import io.keyway.api.sa.Endpoints;
import io.keyway.ike.engine.base.HostAddresses;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** NATs that come, go and change with MOBIKE (RFC 4555 sections 3.8 and 3.9); left moves. */
class MobikeNatTest {
  private static final InetAddress PUBLIC = Config.address("203.0.113.9");
  private static final String HOME = "192.0.2.1";
  private static final String AWAY = "10.9.9.9";

  /** Addresses in front of which a NAT is. */
  private final java.util.Set<InetAddress> translated = new java.util.HashSet<>();

  private int shift = 40_000;
  private Lab lab;

  private Datagram translate(Datagram d) {
    if (translated.contains(d.local().getAddress())) {
      return new Datagram(
          new InetSocketAddress(PUBLIC, d.local().getPort() + shift),
          d.remote(),
          d.marker(),
          d.octets());
    }
    if (d.remote().getAddress().equals(PUBLIC) && d.remote().getPort() > shift) {
      return new Datagram(
          d.local(),
          new InetSocketAddress(translated.iterator().next(), d.remote().getPort() - shift),
          d.marker(),
          d.octets());
    }
    return d;
  }

  private Lab lab(Config left, Config right) {
    lab = new Lab();
    lab.load(left, right);
    lab.net.setNat(this::translate);
    lab.net.setWeather(
        d ->
            d.remote().getAddress().equals(PUBLIC) && translated.isEmpty()
                ? List.of()
                : List.of(Net.LATENCY));
    host(lab.left, HOME);
    host(lab.right, "192.0.2.2");
    return lab.up();
  }

  private Lab lab() {
    return lab(
        Lab.leftNet().natTraversal().mobike(AWAY).dpd(Duration.ofSeconds(5)),
        Lab.rightNet().natTraversal().mobike());
  }

  private static void host(Gateway gateway, String... addresses) {
    gateway.engine.hostChanged(
        new HostAddresses(
            true, Map.of("wan", Arrays.stream(addresses).map(Config::address).toList())));
  }

  private void assertLedTo(Gateway gateway, InetAddress remote, Optional<Endpoints.UdpPorts> udp) {
    lab.assertOnePair("net");
    assertThat(gateway.plane.sas())
        .extracting(i -> i.sa().endpoints().remote(), i -> i.sa().endpoints().udp())
        .containsOnly(org.assertj.core.groups.Tuple.tuple(remote, udp));
    assertThat(lab.left.count("ike-established-initiator")).isEqualTo(1);
  }

  private static Optional<Endpoints.UdpPorts> ports(int local, int remote) {
    return Optional.of(new Endpoints.UdpPorts(local, remote));
  }

  private void settle() {
    lab.time.run(Duration.ofSeconds(40));
  }

  @Test
  void ikeIsAtPort4500FromTheStartWhereANatMayCome() {
    lab();
    assertThat(lab.left.onlySa().local().getPort()).isEqualTo(4500);
    assertLedTo(lab.right, Config.address(HOME), Optional.empty());
  }

  @Test
  void itRoamsBehindANatAndBack() {
    lab();
    translated.add(Config.address(AWAY));
    host(lab.left, AWAY);
    settle();
    assertLedTo(lab.right, PUBLIC, ports(4500, 44_500));
    assertLedTo(lab.left, Config.address("192.0.2.2"), ports(4500, 4500));

    host(lab.left, HOME);
    settle();
    assertLedTo(lab.right, Config.address(HOME), Optional.empty());
    assertLedTo(lab.left, Config.address("192.0.2.2"), Optional.empty());
  }

  @Test
  void aNatThatComesOrGoesWithoutAnotherAddressIsNoticed() {
    lab();
    translated.add(Config.address(HOME));
    settle();
    assertLedTo(lab.right, PUBLIC, ports(4500, 44_500));
    assertThat(lab.left.count("mobike-nat-changes")).isPositive();

    translated.clear();
    settle();
    assertLedTo(lab.right, Config.address(HOME), Optional.empty());
    assertLedTo(lab.left, Config.address("192.0.2.2"), Optional.empty());
  }

  @Test
  void anotherMappingIsToldAndNotGuessed() {
    translated.add(Config.address(HOME));
    lab(
        Lab.leftNet().natTraversal().ids("left", "right").mobike(AWAY).dpd(Duration.ofSeconds(5)),
        Lab.rightNet().anyPeer().natTraversal().ids("right", "left").mobike());
    lab.time.run(Duration.ofSeconds(10));
    long guessed = lab.right.count("ike-peer-moved");

    shift = 50_000;
    settle();

    assertLedTo(lab.right, PUBLIC, ports(4500, 54_500));
    assertThat(lab.left.count("mobike-nat-changes")).isPositive();
    assertThat(lab.right.count("ike-peer-moved")).isEqualTo(guessed);
  }

  @Test
  void whereNoNatCanBePassedThePeerSaysSoAndTheAddressBeforeStays() {
    lab(Lab.leftNet().mobike(AWAY), Lab.rightNet().natTraversal().mobike());
    translated.add(Config.address(AWAY));
    host(lab.left, HOME, AWAY);
    lab.time.run(Duration.ofSeconds(1));
    // The old address is taken from the host, and comes back a little later.
    host(lab.left, AWAY);
    lab.time.run(Duration.ofSeconds(5));
    host(lab.left, HOME, AWAY);
    settle();

    assertThat(lab.left.count("failure-unexpected-nat-detected")).isPositive();
    assertThat(lab.right.count("mobike-peer-moved")).isZero();
    assertLedTo(lab.right, Config.address(HOME), Optional.empty());
  }

  @Test
  void aResponderWhosePlaneCannotEncapsulateRefusesThePlaceBehindANat() {
    Mobility noUdp = new Mobility(true, List.of(), List.of(), true, false);
    lab(Lab.leftNet().natTraversal().mobike(AWAY), Lab.rightNet().natTraversal().mobility(noUdp));
    translated.add(Config.address(AWAY));

    host(lab.left, AWAY);
    settle();

    assertThat(lab.left.count("failure-unacceptable-addresses")).isPositive();
    assertThat(lab.right.count("failure-unacceptable-addresses")).isPositive();
    assertThat(lab.right.count("mobike-peer-moved")).isZero();
  }

  @Test
  void trafficIsNotLedToAnAddressWhereThePeerDoesNotProveToBe() {
    lab();
    InetAddress victim = Config.address("198.51.100.77");
    // From now on left's messages bear the victim's address; what is sent there is the victim's.
    lab.net.setNat(
        d ->
            d.local().getAddress().equals(Config.address(HOME))
                ? new Datagram(
                    new InetSocketAddress(victim, d.local().getPort()),
                    d.remote(),
                    d.marker(),
                    d.octets())
                : d);
    lab.left.engine.move("to-right", Optional.empty(), Duration.ofSeconds(60));

    for (int i = 0; i < 1000; i++) {
      lab.time.run(Duration.ofMillis(100));
      assertThat(lab.right.plane.sas())
          .noneMatch(sa -> sa.sa().endpoints().remote().equals(victim));
    }
    assertThat(lab.right.count("mobike-route-checks")).isEqualTo(1);
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }
}
