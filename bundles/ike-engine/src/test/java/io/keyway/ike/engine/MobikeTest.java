package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.ike.Mobility;
import io.keyway.api.sa.Direction;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MOBIKE (RFC 4555): the left side made the IKE SA, and decides which addresses it uses. */
class MobikeTest {
  private static final String LEFT = "192.0.2.1";
  private static final String RIGHT = "192.0.2.2";
  private static final String OTHER_LEFT = "198.51.100.1";
  private static final String OTHER_RIGHT = "198.51.100.2";

  /** Nothing comes from or to an address in here. */
  private final Set<InetAddress> gone = new HashSet<>();

  private Lab lab;

  private Lab lab(Config left, Config right) {
    lab = new Lab();
    lab.load(left, right);
    lab.net.setWeather(
        d ->
            gone.contains(d.local().getAddress()) || gone.contains(d.remote().getAddress())
                ? List.of()
                : List.of(Net.LATENCY));
    host(lab.left, LEFT);
    host(lab.right, RIGHT);
    return lab.up();
  }

  private Lab mobile() {
    return lab(Lab.leftNet().mobike(OTHER_LEFT), Lab.rightNet().mobike());
  }

  private static void host(Gateway gateway, String... addresses) {
    gateway.engine.hostChanged(
        new HostAddresses(
            true, Map.of("wan", Arrays.stream(addresses).map(Config::address).toList())));
  }

  /** One side's only address is another one from now on. */
  private void roam(Gateway gateway, String from, String to) {
    gone.add(Config.address(from));
    gone.remove(Config.address(to));
    host(gateway, to);
  }

  private void assertLedTo(String left, String right) {
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().local().getAddress()).isEqualTo(Config.address(left));
    assertThat(lab.left.onlySa().remote().getAddress()).isEqualTo(Config.address(right));
    assertThat(lab.right.onlySa().local().getAddress()).isEqualTo(Config.address(right));
    assertThat(lab.right.onlySa().remote().getAddress()).isEqualTo(Config.address(left));
    assertThat(lab.left.plane.sas())
        .allMatch(i -> i.sa().endpoints().local().equals(Config.address(left)))
        .allMatch(i -> i.sa().endpoints().remote().equals(Config.address(right)));
    assertThat(lab.right.plane.sas())
        .allMatch(i -> i.sa().endpoints().local().equals(Config.address(right)))
        .allMatch(i -> i.sa().endpoints().remote().equals(Config.address(left)));
    // The same IKE SA all the time, and no key twice.
    assertThat(lab.left.count("ike-established-initiator")).isEqualTo(1);
    assertThat(lab.left.plane.reusedKeys()).isEmpty();
    assertThat(lab.right.plane.reusedKeys()).isEmpty();
  }

  private void settle() {
    lab.time.run(Duration.ofSeconds(30));
  }

  @Test
  void anInitiatorThatRoamsTakesItsIkeSaAndChildrenAlong() {
    mobile();

    roam(lab.left, LEFT, OTHER_LEFT);
    settle();

    assertLedTo(OTHER_LEFT, RIGHT);
    assertThat(lab.left.count("mobike-updates")).isEqualTo(1);
    assertThat(lab.right.count("mobike-peer-moved")).isEqualTo(1);
    assertThat(lab.right.count("mobike-route-checks")).isEqualTo(1);
  }

  @Test
  void packetsAreLostForLessThanHalfASecond() {
    mobile();
    int[] lost = {0};
    int[] sent = {0};
    stream(lab.left, lab.right, sent, lost);
    stream(lab.right, lab.left, sent, lost);
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lost[0]).isZero();

    roam(lab.left, LEFT, OTHER_LEFT);
    settle();

    assertThat(sent[0]).isGreaterThan(6000);
    // One each ten milliseconds and direction, under the addresses that nobody has any more.
    assertThat(lost[0]).isBetween(1, 50);
  }

  private void stream(Gateway from, Gateway to, int[] sent, int[] lost) {
    lab.time.after(
        Duration.ofMillis(10),
        () -> {
          sent[0]++;
          from.plane
              .outboundOf("net")
              .ifPresentOrElse(
                  sa -> {
                    Endpoints ends = sa.sa().endpoints();
                    boolean arrives =
                        !gone.contains(ends.local())
                            && !gone.contains(ends.remote())
                            && to.plane.inbound(sa.sa().id().spi().bits()).isPresent();
                    lost[0] += arrives ? 0 : 1;
                  },
                  () -> lost[0]++);
          stream(from, to, sent, lost);
        });
  }

  @Test
  void whereBothAddressesWorkNothingIsLost() {
    mobile();
    host(lab.left, LEFT, OTHER_LEFT);
    lab.time.run(Duration.ofSeconds(1));
    int[] lost = {0};
    int[] sent = {0};
    stream(lab.left, lab.right, sent, lost);
    stream(lab.right, lab.left, sent, lost);

    // Taken away from the host, but what comes for it still arrives.
    host(lab.left, OTHER_LEFT);
    settle();

    assertLedTo(OTHER_LEFT, RIGHT);
    assertThat(lost[0]).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rekey-child-left", "rekey-child-right", "rekey-ike-left", "rekey-ike-right"})
  void exchangesUnderWayEndOnTheNewAddresses(String what) {
    for (int millis = 0; millis <= 40; millis++) {
      gone.clear();
      mobile();
      Gateway who = what.endsWith("left") ? lab.left : lab.right;
      if (what.contains("child")) {
        who.engine.rekey(
            new Selection.ChildUid(who.children().get(0).uid()), Duration.ofSeconds(90));
      } else {
        who.engine.rekey(new Selection.IkeUid(who.onlySa().uid()), Duration.ofSeconds(90));
      }
      lab.time.run(Duration.ofMillis(millis));

      roam(lab.left, LEFT, OTHER_LEFT);
      lab.time.run(Duration.ofSeconds(60));

      assertLedTo(OTHER_LEFT, RIGHT);
    }
  }

  @Test
  void itMovesAgainWhileThePeerIsStillToldOfTheMoveBefore() {
    for (int millis = 0; millis <= 40; millis++) {
      gone.clear();
      lab(Lab.leftNet().mobike(OTHER_LEFT, "203.0.113.1"), Lab.rightNet().mobike());
      roam(lab.left, LEFT, OTHER_LEFT);
      lab.time.run(Duration.ofMillis(millis));

      roam(lab.left, OTHER_LEFT, "203.0.113.1");
      lab.time.run(Duration.ofSeconds(60));

      assertLedTo("203.0.113.1", RIGHT);
    }
  }

  @Test
  void lostMessagesOnlyDelayIt() {
    mobile();
    int[] n = {0};
    lab.net.setWeather(
        d ->
            gone.contains(d.local().getAddress())
                    || gone.contains(d.remote().getAddress())
                    || n[0]++ % 3 == 0
                ? List.of()
                : List.of(Net.LATENCY, Net.LATENCY.multipliedBy(3)));

    roam(lab.left, LEFT, OTHER_LEFT);
    lab.time.run(Duration.ofSeconds(120));

    assertLedTo(OTHER_LEFT, RIGHT);
  }

  @Test
  void afterARekeyByTheOtherSideStillTheSameOneDecides() {
    mobile();
    lab.right.get(
        lab.right.engine.rekey(
            new Selection.IkeUid(lab.right.onlySa().uid()), Duration.ofSeconds(9)));
    lab.time.run(Duration.ofSeconds(5));

    roam(lab.left, LEFT, OTHER_LEFT);
    settle();

    assertLedTo(OTHER_LEFT, RIGHT);
  }

  @Test
  void aResponderThatRoamsTellsWhereItIsAndIsFollowed() {
    lab(Lab.leftNet().mobike(), Lab.rightNet().mobike(OTHER_RIGHT));

    roam(lab.right, RIGHT, OTHER_RIGHT);
    settle();

    assertLedTo(LEFT, OTHER_RIGHT);
  }

  @Test
  void itMovesToTheOtherAddressFamily() {
    lab(Lab.leftNet().mobike("2001:db8::1"), Lab.rightNet().mobike("2001:db8::2"));
    host(lab.right, RIGHT, "2001:db8::2");
    lab.time.run(Duration.ofSeconds(1));

    roam(lab.left, LEFT, "2001:db8::1");
    settle();

    assertLedTo("2001:db8::1", "2001:db8::2");
  }

  @Test
  void aPeerMayNotMoveWhereThePlaneCannotFollow() {
    lab(
        Lab.leftNet().mobike("2001:db8::1"),
        Lab.rightNet()
            .mobility(
                new Mobility(
                    true, List.of(Config.address("2001:db8::2")), List.of(), false, true)));
    lab.right.port.bind(new InetSocketAddress(Config.address("2001:db8::2"), 500), false);
    // It never tells of an address that it cannot use itself, so somebody else has to.
    lab.left.engine.hostChanged(
        new HostAddresses(true, Map.of("wan", List.of(Config.address("2001:db8::1")))));
    settle();

    assertThat(lab.left.onlySa().local().getAddress()).isEqualTo(Config.address(LEFT));
    assertThat(lab.left.count("mobike-no-address")).isPositive();
  }

  @Test
  void whenThePathIsDeadOthersAreTriedAndThePreferredOneIsTakenAgainLater() {
    lab(
        Lab.leftNet().mobike(OTHER_LEFT).dpd(Duration.ofSeconds(10)),
        Lab.rightNet().mobike(OTHER_RIGHT));
    host(lab.left, LEFT, OTHER_LEFT);
    host(lab.right, RIGHT, OTHER_RIGHT);
    lab.time.run(Duration.ofSeconds(1));

    // Both hosts keep their addresses: only the network knows.
    gone.add(Config.address(RIGHT));
    lab.time.run(Duration.ofSeconds(30));
    assertLedTo(LEFT, OTHER_RIGHT);
    assertThat(lab.left.count("mobike-path-probes")).isPositive();

    gone.clear();
    lab.time.run(Duration.ofSeconds(100));
    assertLedTo(LEFT, RIGHT);

    gone.add(Config.address(LEFT));
    gone.add(Config.address(RIGHT));
    lab.time.run(Duration.ofSeconds(30));
    assertLedTo(OTHER_LEFT, OTHER_RIGHT);
  }

  @Test
  void whereAllPathsAreDeadThePeerCountsAsDead() {
    lab(
        Lab.leftNet().mobike(OTHER_LEFT).dpd(Duration.ofSeconds(10)),
        Lab.rightNet().mobike(OTHER_RIGHT));
    host(lab.left, LEFT, OTHER_LEFT);
    lab.net.dead();

    lab.time.run(Duration.ofSeconds(200));

    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.left.count("ike-peers-dead")).isEqualTo(1);
  }

  @Test
  void withoutItAtEitherEndNobodyMoves() {
    for (boolean atLeft : new boolean[] {true, false}) {
      gone.clear();
      lab(
          atLeft ? Lab.leftNet().mobike(OTHER_LEFT) : Lab.leftNet(),
          atLeft ? Lab.rightNet() : Lab.rightNet().mobike());

      host(lab.left, OTHER_LEFT);
      settle();

      assertThat(lab.left.count("mobike-agreed") + lab.right.count("mobike-agreed")).isZero();
      assertThat(lab.left.onlySa().local().getAddress()).isEqualTo(Config.address(LEFT));
    }
  }

  @Test
  void aNewIkeSaBeginsWhereTheHostIs() {
    lab = new Lab();
    host(lab.left, OTHER_LEFT);
    host(lab.right, RIGHT);
    lab.load(
        Lab.leftNet().mobike(OTHER_LEFT).ids("left", "right"),
        Lab.rightNet().anyPeer().mobike().ids("right", "left"));

    lab.up();

    assertLedTo(OTHER_LEFT, RIGHT);
  }

  @Test
  void aPeerMayComeToTheOtherAddress() {
    lab = new Lab();
    host(lab.left, LEFT);
    host(lab.right, RIGHT, OTHER_RIGHT);
    lab.load(
        Lab.leftNet().at(LEFT, OTHER_RIGHT).mobike().ids("left", "right"),
        Lab.rightNet().mobike(OTHER_RIGHT).ids("right", "left"));

    lab.up();

    assertLedTo(LEFT, OTHER_RIGHT);
  }

  @Test
  void aForgedOrReplayedMessageFromElsewhereMovesNobody() {
    mobile();
    InetSocketAddress right = lab.left.onlySa().remote();
    InetSocketAddress left = lab.right.onlySa().remote();
    InetSocketAddress attacker = new InetSocketAddress(Config.address("203.0.113.66"), 500);
    roam(lab.left, LEFT, OTHER_LEFT);
    settle();
    for (Datagram d : List.copyOf(lab.net.sent())) {
      boolean toRight = d.remote().equals(right);
      InetSocketAddress victim =
          toRight ? right : new InetSocketAddress(Config.address(OTHER_LEFT), left.getPort());
      lab.net.inject(new Datagram(attacker, victim, d.marker(), d.octets()));
      byte[] next = d.octets().clone();
      next[23]++;
      lab.net.inject(new Datagram(attacker, victim, d.marker(), next));
    }
    settle();

    assertLedTo(OTHER_LEFT, RIGHT);
    assertThat(lab.right.count("mobike-peer-moved")).isEqualTo(1);
    assertThat(lab.left.plane.sas(Direction.OUTBOUND)).hasSize(1);
  }

  @Test
  void otherAddressesInTheConfigurationAreToldWithoutANewIkeSa() {
    mobile();
    host(lab.left, LEFT, OTHER_LEFT, "203.0.113.1");
    lab.time.run(Duration.ofSeconds(1));
    long told = lab.right.count("notify-additional-ip4-address-received");

    lab.left.load(Lab.leftNet().mobike(OTHER_LEFT, "203.0.113.1").build());
    lab.time.run(Duration.ofSeconds(1));

    assertThat(lab.right.count("notify-additional-ip4-address-received")).isEqualTo(told + 2);
    assertLedTo(LEFT, RIGHT);
    lab.left.load(Lab.leftNet().mobike().build());
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.count("notify-no-additional-addresses-received")).isEqualTo(1);
  }

  private Outcome order(Gateway gateway, String connection, String address) {
    return gateway.get(
        gateway.engine.move(
            connection, Optional.ofNullable(address).map(Config::address), Duration.ofSeconds(9)));
  }

  @Test
  void anOperatorMovesItAndItStaysThere() {
    mobile();
    host(lab.left, LEFT, OTHER_LEFT);
    assertThat(order(lab.left, "to-right", OTHER_LEFT).reason()).isEmpty();
    lab.time.run(Duration.ofSeconds(200));
    assertLedTo(OTHER_LEFT, RIGHT);

    assertThat(order(lab.left, "to-right", null).reason()).isEmpty();
    settle();
    assertLedTo(LEFT, RIGHT);
  }

  @Test
  void anOrderThatCannotBeObeyedSaysWhy() {
    mobile();
    assertThat(order(lab.left, "to-right", OTHER_LEFT).reason())
        .contains("not an address of this host", "additional-local-address");
    assertThat(order(lab.right, "to-left", RIGHT).reason()).contains("do it there");
    assertThat(order(lab.left, "nobody", LEFT).reason()).contains("no established IKE SA");
    lab.net.dead();
    assertThat(order(lab.left, "to-right", LEFT).reason()).contains("did not confirm it");
  }
}
