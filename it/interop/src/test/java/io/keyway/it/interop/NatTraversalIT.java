package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NAT traversal with charon, through a real NAT (RFC 7296 section 2.23, RFC 3948). */
@Interop
@Tag(Interop.ALONE)
class NatTraversalIT {

  /** Who is outside knows the other one by the address of the NAT, and can only wait. */
  private static Peers start(Lab lab, Side inside, Map<String, String> engine) {
    UnaryOperator<SwanctlConf> knowsTheNat = c -> c.connection("remote_addrs", NatBox.OUTER);
    UnaryOperator<SwanctlConf> same = c -> c;
    return Peers.start(
        lab,
        c ->
            (inside == Side.KEYWAY ? same : knowsTheNat)
                .apply(c)
                .connection("nat_traversal", "yes"),
        engine,
        inside == Side.KEYWAY ? knowsTheNat : same,
        Map.of("keep_alive", "1s"));
  }

  private static NatBox box(Lab lab, Side inside) {
    return NatBox.inFrontOf(lab, inside == Side.KEYWAY ? lab.left() : lab.right());
  }

  private static void up(Peers peers, Side initiator) {
    if (initiator == Side.KEYWAY) {
      peers.keyway().initiate().orFail();
    } else {
      peers.charon().initiate().orFail();
    }
    agreed(peers, 2);
  }

  /** The same keys at both ends; addresses are what each end sees. */
  private static List<SaKeys> agreed(Peers peers, int addedInAll) {
    List<SaKeys> theirs = seenAlike(peers.charon().stub().awaitPair(addedInAll));
    assertThat(seenAlike(peers.keyway().stub().awaitPair(addedInAll))).isEqualTo(theirs);
    return theirs;
  }

  private static List<SaKeys> seenAlike(List<SaKeys> pair) {
    return pair.stream()
        .map(
            k ->
                new SaKeys(
                    k.spi(),
                    "",
                    "",
                    k.mode(),
                    k.encryption(),
                    k.encryptionKey(),
                    k.integrity(),
                    k.integrityKey(),
                    k.esn(),
                    k.sources(),
                    k.destinations()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void comesUpThroughANatAndStaysUp(Side inside, Lab lab) {
    box(lab, inside);
    Peers peers = start(lab, inside, Map.of());

    up(peers, inside);

    assertThat(peers.charon().sas()).contains("TUNNEL-in-UDP", "[4500]");
    assertThat(peers.keyway().counter("ike-nat-detected")).isPositive();
    // Rekeys from both ends go through the mapping.
    peers.rekeyChild(Side.KEYWAY);
    agreed(peers, 4);
    peers.rekeyChild(Side.CHARON);
    agreed(peers, 6);
    peers.rekeyIke(Side.KEYWAY);
    peers.rekeyIke(Side.CHARON);
    assertThat(peers.keyway().ikeSpis()).isEqualTo(peers.charon().ikeSpis());
  }

  @Test
  void keepalivesHoldAForgetfulNatOpen(Lab lab) throws Exception {
    box(lab, Side.KEYWAY).forgetAfter(3);
    Peers peers = start(lab, Side.KEYWAY, Map.of("natKeepalive", "1"));
    up(peers, Side.KEYWAY);

    Await.until(
        "keep-alives went out for longer than the NAT remembers",
        () -> peers.keyway().counter("ike-nat-keepalives") >= 5);

    // Nobody but the NAT's mapping leads from the outside to Keyway.
    peers.rekeyChild(Side.CHARON);
    agreed(peers, 4);
  }

  @Test
  void aNewMappingIsFollowed(Lab lab) throws Exception {
    box(lab, Side.CHARON).forgetAfter(1);
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("remote_addrs", NatBox.OUTER).connection("nat_traversal", "yes"),
            Map.of(),
            c -> c,
            // No keep-alives, so that the mapping is lost.
            Map.of("keep_alive", "0"));
    up(peers, Side.CHARON);
    long before = peers.keyway().counter("ike-peer-moved");
    Thread.sleep(2500);

    peers.rekeyChild(Side.CHARON);

    Await.until("Keyway follows", () -> peers.keyway().counter("ike-peer-moved") > before);
    Await.until(
        "and replaces the child that led to the old mapping",
        () -> peers.keyway().stub().added().size() > 2);
    assertThat(peers.keyway().established()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void encapsulationThatThePeerForcesIsDone(Side initiator, Lab lab) {
    Peers peers =
        Peers.start(
            lab, c -> c.connection("nat_traversal", "yes"), c -> c.connection("encap", "yes"));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.charon().sas()).contains("TUNNEL-in-UDP");
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @ParameterizedTest
  @EnumSource(Side.class)
  void comesUpThroughANatOfIpv6(Side inside, Lab lab) {
    NatBox.inFrontOf6(lab, inside == Side.KEYWAY ? lab.left() : lab.right());
    UnaryOperator<SwanctlConf> same = c -> c;
    UnaryOperator<SwanctlConf> knowsTheNat = c -> c.connection("remote_addrs", NatBox.OUTER6);
    Peers peers =
        Peers.start(
            lab,
            c ->
                (inside == Side.KEYWAY ? same : knowsTheNat)
                    .apply(Matrix.Way.V6.addressed(c, lab.left(), lab.right(), false))
                    .connection("nat_traversal", "yes"),
            c ->
                (inside == Side.KEYWAY ? knowsTheNat : same)
                    .apply(Matrix.Way.V6.addressed(c, lab.right(), lab.left(), false)));

    up(peers, inside);

    assertThat(peers.charon().sas()).contains("TUNNEL-in-UDP", "[4500]");
    peers.rekeyChild(Side.KEYWAY);
    agreed(peers, 4);
    peers.rekeyChild(Side.CHARON);
    agreed(peers, 6);
    Matrix.passed("NAT", "NAT of IPv6 (nftables masquerade)", inside, Matrix.Way.V6);
  }

  /** RFC 7296 section 2.23.1: each end names its packets by the addresses that it sees. */
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @ParameterizedTest
  @EnumSource(Side.class)
  void transportModeComesThroughANat(Side inside, Lab lab) {
    box(lab, inside);
    UnaryOperator<SwanctlConf> transport =
        c ->
            c.child("mode", "transport")
                .child("local_ts", "dynamic[udp]")
                .child("remote_ts", "dynamic[udp]");
    UnaryOperator<SwanctlConf> knowsTheNat = c -> c.connection("remote_addrs", NatBox.OUTER);
    UnaryOperator<SwanctlConf> same = c -> c;
    Peers peers =
        Peers.start(
            lab,
            c ->
                (inside == Side.KEYWAY ? same : knowsTheNat)
                    .apply(transport.apply(c))
                    .connection("nat_traversal", "yes"),
            c -> (inside == Side.KEYWAY ? knowsTheNat : same).apply(transport.apply(c)));

    peers.initiate(inside);

    assertThat(peers.charon().sas()).contains("TRANSPORT-in-UDP");
    assertTransport(peers, inside, lab, 2);
    peers.rekeyChild(Side.KEYWAY);
    assertTransport(peers, inside, lab, 4);
    peers.rekeyChild(Side.CHARON);
    assertTransport(peers, inside, lab, 6);
    Matrix.passed("NAT", "Transport mode through a NAT", inside, Matrix.Way.NAT);
  }

  private static void assertTransport(Peers peers, Side inside, Lab lab, int addedInAll) {
    List<SaKeys> theirs = peers.charon().stub().awaitPair(addedInAll);
    List<SaKeys> ours = peers.keyway().stub().awaitPair(addedInAll);
    assertThat(ours.stream().map(SaKeys::encryptionKey).toList())
        .isEqualTo(theirs.stream().map(SaKeys::encryptionKey).toList());
    String us = host(lab.left().address());
    String them = host(inside == Side.KEYWAY ? lab.right().address() : NatBox.OUTER);
    assertThat(ours).allMatch(k -> k.mode().equals("transport"));
    assertThat(ours)
        .allMatch(
            k -> Set.of(k.sources(), k.destinations()).equals(Set.of(List.of(us), List.of(them))));
  }

  private static String host(String address) {
    return address + "-" + address + "[17/0-65535]";
  }
}
