package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import io.keyway.it.interop.engine.UdpPackets;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.NetNs;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * MOBIKE with charon (RFC 4555), both of them on the move, with numbered packets through the
 * pipeline of an emulated device: what is lost is named.
 */
@Interop
class MobilityIT {

  private static final String CHAPTER = "Mobility";
  private static final int PER_SECOND = 200;
  private static final String OTHER_LEFT = "172.37.1.17";
  private static final String OTHER_RIGHT = "172.37.1.18";

  private static SwanctlConf mobile(SwanctlConf conf) {
    return conf.connection("mobike", "yes");
  }

  /** Charon does NAT traversal unasked. */
  private static SwanctlConf ours(SwanctlConf conf) {
    return mobile(conf).connection("nat_traversal", "yes");
  }

  private static Peers withDevice(Lab lab, UnaryOperator<SwanctlConf> ofKeyway) {
    SwanctlConf left =
        ofKeyway.apply(
            ours(SwanctlConf.cnr(lab.left(), lab.right()))
                .child("local_ts", "10.1.0.1/32[udp]")
                .child("remote_ts", "10.2.0.1/32[udp]"));
    SwanctlConf right =
        mobile(SwanctlConf.cnr(lab.right(), lab.left()))
            .child("local_ts", "10.2.0.1/32[udp]")
            .child("remote_ts", "10.1.0.1/32[udp]");
    Charon charon = Charon.start(lab, lab.right(), right);
    Keyway keyway = Keyway.withDevice(lab, lab.left(), left, Map.of("pathReturnMillis", "500"));
    assertThat(keyway.hold().ok()).isTrue();
    return new Peers(lab, keyway, charon);
  }

  /** A second address on the cable, which does not go with the first one. */
  private static void add(Lab.Side side, String address, String peer) {
    side.ns().address(Lab.DEVICE, address + "/32");
    side.ns().ip("route", "replace", peer + "/32", "dev", Lab.DEVICE);
  }

  private static void remove(Lab.Side side) {
    side.ns().ip("address", "del", side.address() + "/24", "dev", Lab.DEVICE);
  }

  private static void awaitPairAt(Peers peers, String left, String right) {
    Await.until(
        "both ends keep one pair between " + left + " and " + right,
        () -> {
          List<SaKeys> ours = SaKeys.sorted(peers.keyway().stub().installed());
          return ours.size() == 2
              && ours.equals(SaKeys.sorted(peers.charon().stub().installed()))
              && ours.stream().allMatch(k -> Set.of(k.src(), k.dst()).equals(Set.of(left, right)));
        });
  }

  /**
   * Every packet that was sent came out of the device protected, once and in order; of those,
   * returns the numbers that went from or to an address that was not there any more.
   */
  private static Set<Integer> lost(Peers peers, Keyway.Streamed streamed, String from, String to) {
    assertThat(streamed.verdicts()).containsExactly(Map.entry("PROTECTED", streamed.sent()));
    List<byte[]> packets =
        streamed.frames().stream().map(f -> Arrays.copyOfRange(f, 14, f.length)).toList();
    List<String> opened = Scapy.decrypt(peers.charon().stub().added(), packets);
    assertThat(opened).noneMatch(text -> text.startsWith("error"));
    List<Integer> numbers =
        opened.stream()
            .map(HexFormat.of()::parseHex)
            .map(UdpPackets::text)
            .map(Integer::valueOf)
            .toList();
    assertThat(numbers)
        .containsExactlyElementsOf(IntStream.range(0, streamed.sent()).boxed().toList());
    Set<Integer> elsewhere = new TreeSet<>();
    for (int i = 0; i < packets.size(); i++) {
      if (!address(packets.get(i), 12).equals(from) || !address(packets.get(i), 16).equals(to)) {
        elsewhere.add(numbers.get(i));
      }
    }
    return elsewhere;
  }

  private static String address(byte[] packet, int offset) {
    return IntStream.range(offset, offset + 4)
        .mapToObj(i -> Integer.toString(packet[i] & 0xff))
        .collect(Collectors.joining("."));
  }

  /** What charon sends under the newest keys, to wherever that is, arrives. */
  private static void assertReceives(Peers peers, String left) {
    SaKeys inbound =
        peers.charon().stub().installed().stream()
            .filter(k -> k.dst().equals(left))
            .findFirst()
            .orElseThrow();
    byte[] packet = UdpPackets.of("10.2.0.1", "10.1.0.1", "back");
    peers.keyway().collect();
    Scapy.encrypt(inbound, List.of(packet), 1).forEach(peers.keyway()::receive);
    Keyway.Collected in = peers.keyway().collect();
    assertThat(in.delivered()).containsExactly(packet);
    assertThat(in.counters())
        .containsEntry("clear-out-packets", 0L)
        .containsEntry("held-packets", 0L)
        .containsEntry("tx-no-sa", 0L)
        .containsEntry("outbound-key-reinstalls", 0L)
        .containsEntry("inbound-key-reinstalls", 0L);
  }

  private static void assertSameIkeSa(Peers peers, String spis) {
    assertThat(peers.keyway().ikeSpis()).isEqualTo(spis).isEqualTo(peers.charon().ikeSpis());
  }

  @Test
  void keywayTakesTrafficToAnotherAddressAndBack(Lab lab) throws Exception {
    Peers peers = withDevice(lab, c -> c.connection("additional_addrs", OTHER_LEFT));
    peers.initiate(Side.KEYWAY);
    awaitPairAt(peers, lab.left().address(), lab.right().address());
    String spis = peers.keyway().ikeSpis();

    // The old address goes: what was sent from it since then is lost.
    peers.keyway().stream(PER_SECOND);
    Thread.sleep(200);
    add(lab.left(), OTHER_LEFT, lab.right().address());
    remove(lab.left());
    awaitPairAt(peers, OTHER_LEFT, lab.right().address());
    Thread.sleep(200);
    Keyway.Streamed there = peers.keyway().endStream();
    Set<Integer> lost = lost(peers, there, OTHER_LEFT, lab.right().address());
    say(there, lost);
    assertThat(lost).as("from the first one on, without a gap").isEqualTo(upTo(lost.size()));
    assertReceives(peers, OTHER_LEFT);

    // It comes back, and both work: nothing is lost.
    peers.keyway().stream(PER_SECOND);
    lab.left().ns().address(Lab.DEVICE, lab.left().address() + "/24");
    awaitPairAt(peers, lab.left().address(), lab.right().address());
    Thread.sleep(200);
    Keyway.Streamed back = peers.keyway().endStream();
    Set<Integer> before = lost(peers, back, lab.left().address(), lab.right().address());
    // Sent from the other address, which is still there.
    assertThat(before).isEqualTo(upTo(before.size()));
    assertReceives(peers, lab.left().address());
    assertSameIkeSa(peers, spis);
    assertThat(peers.charon().log()).contains("UPD_SA_ADDR");
    Matrix.passed(CHAPTER, "Keyway moves to another address and back", Side.KEYWAY, Way.V4);
  }

  /** With those that were sent while the old address was still there. */
  private static void say(Keyway.Streamed streamed, Set<Integer> elsewhere) {
    System.out.printf(
        "moved: %d of %d packets at %d a second went between the old addresses%n",
        elsewhere.size(), streamed.sent(), PER_SECOND);
  }

  private static Set<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void keywayFollowsCharonToAnotherAddress(Lab lab) throws Exception {
    Peers peers = withDevice(lab, c -> c);
    peers.initiate(Side.CHARON);
    awaitPairAt(peers, lab.left().address(), lab.right().address());
    String spis = peers.keyway().ikeSpis();

    peers.keyway().stream(PER_SECOND);
    Thread.sleep(200);
    add(lab.right(), OTHER_RIGHT, lab.left().address());
    remove(lab.right());
    awaitPairAt(peers, lab.left().address(), OTHER_RIGHT);
    Thread.sleep(200);
    Keyway.Streamed streamed = peers.keyway().endStream();

    Set<Integer> lost = lost(peers, streamed, lab.left().address(), OTHER_RIGHT);
    say(streamed, lost);
    assertThat(lost).isEqualTo(upTo(lost.size()));
    assertReceives(peers, lab.left().address());
    assertSameIkeSa(peers, spis);
    assertThat(peers.keyway().counter("mobike-route-checks")).isEqualTo(1);
    assertThat(peers.charon().log()).contains("COOKIE2");
    Matrix.passed(CHAPTER, "charon moves to another address", Side.CHARON, Way.V4);
  }

  private static Peers recording(
      Lab lab, UnaryOperator<SwanctlConf> ofKeyway, UnaryOperator<SwanctlConf> ofCharon) {
    return Peers.start(
        lab,
        c -> ofKeyway.apply(ours(c).connection("dpd_delay", "1s")),
        Map.of("natKeepalive", "0"),
        c -> ofCharon.apply(mobile(c)),
        Map.of("keep_alive", "0"));
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @Test
  void keywayMovesFromIpv4ToIpv6(Lab lab) {
    Peers peers =
        recording(lab, c -> c.connection("additional_addrs", lab.left().address6()), c -> c);
    peers.up(Side.KEYWAY);

    remove(lab.left());

    awaitPairAt(peers, lab.left().address6(), lab.right().address6());
    Matrix.passed(CHAPTER, "Keyway moves from IPv4 to IPv6", Side.KEYWAY, Way.V6);
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @Test
  void charonMovesOverIpv6(Lab lab) {
    Peers peers =
        recording(
            lab,
            c -> Way.V6.addressed(c, lab.left(), lab.right(), false),
            c -> Way.V6.addressed(c, lab.right(), lab.left(), true));
    peers.initiate(Side.CHARON);
    peers.keyway().stub().awaitPair(2);
    NetNs right = lab.right().ns();

    right.ip("address", "add", "fd37::18/64", "dev", Lab.DEVICE, "nodad");
    right.ip("address", "del", "fd37::8/64", "dev", Lab.DEVICE);

    awaitPairAt(peers, lab.left().address6(), "fd37:0:0:0:0:0:0:18");
    Matrix.passed(CHAPTER, "charon moves to another address", Side.CHARON, Way.V6);
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @Test
  void aNatThatAppearsIsNoticedAndEspGoesInUdp(Lab lab) {
    Peers peers = recording(lab, c -> c, c -> c);
    peers.up(Side.KEYWAY);
    assertThat(peers.charon().sas()).doesNotContain("TUNNEL-in-UDP");

    NatBox.inFrontOf(lab, lab.left());

    Await.until("ESP goes in UDP", () -> peers.charon().sas().contains("TUNNEL-in-UDP"));
    Await.until("our child was replaced", () -> peers.keyway().stub().added().size() >= 4);
    assertThat(peers.keyway().established()).isEqualTo(1);
    Matrix.passed(CHAPTER, "A NAT appears in front of Keyway", Side.KEYWAY, Way.NAT);
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @Test
  void aNewMappingOfTheNatInFrontOfUsIsTold(Lab lab) {
    NatBox.inFrontOf(lab, lab.left()).forgetAfter(1);
    Peers peers =
        recording(
            lab,
            c -> c.connection("dpd_delay", "3s"),
            c -> c.connection("remote_addrs", NatBox.OUTER));
    peers.initiate(Side.KEYWAY);

    Await.until("changes are told", () -> peers.keyway().counter("mobike-nat-changes") >= 2);
    Await.until("and taken", () -> peers.keyway().counter("mobike-updates") >= 2);

    assertThat(peers.charon().stub().events("update_sa")).isNotEmpty();
    assertThat(peers.keyway().established()).isEqualTo(1);
    Matrix.passed(CHAPTER, "The NAT in front of Keyway maps anew", Side.KEYWAY, Way.NAT);
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @Test
  void aNewMappingOfTheNatInFrontOfCharonIsFollowed(Lab lab) {
    NatBox.inFrontOf(lab, lab.right()).forgetAfter(1);
    Peers peers =
        Peers.start(
            lab,
            c -> ours(c).connection("remote_addrs", NatBox.OUTER),
            Map.of(),
            c -> mobile(c).connection("dpd_delay", "3s"),
            Map.of("keep_alive", "0"));
    peers.initiate(Side.CHARON);

    Await.until("we follow", () -> peers.keyway().counter("mobike-peer-moved") >= 1);
    Await.until("with a new child", () -> peers.keyway().stub().added().size() >= 4);

    // Once, from port 500 to port 4500; the rest is told, not guessed.
    assertThat(peers.keyway().counter("ike-peer-moved")).isEqualTo(1);
    assertThat(peers.keyway().established()).isEqualTo(1);
    Matrix.passed(CHAPTER, "The NAT in front of charon maps anew", Side.CHARON, Way.NAT);
  }
}
