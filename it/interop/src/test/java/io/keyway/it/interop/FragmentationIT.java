package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 7383 with charon: long messages in fragments, on a path that carries no others. */
@Interop
class FragmentationIT {

  /** As many selectors as make IKE_AUTH longer than 576 octets. */
  private static String many(String format) {
    return IntStream.range(0, 50)
        .mapToObj(i -> String.format(format, 2 * i))
        .collect(Collectors.joining(", "));
  }

  private static SwanctlConf longLeft(SwanctlConf conf) {
    return conf.child("local_ts", many("10.1.%d.0/24"));
  }

  private static SwanctlConf longRight(SwanctlConf conf) {
    return conf.child("remote_ts", many("10.1.%d.0/24"));
  }

  /** IP fragments do not arrive. */
  private static void dropIpFragments(Lab lab) {
    for (Lab.Side side : List.of(lab.left(), lab.right())) {
      side.ns().ip("link", "set", Lab.DEVICE, "mtu", "576");
      side.ns().run("nft", "add", "table", "ip", "kwf").orFail();
      side.ns()
          .run("nft", "add chain ip kwf in { type filter hook prerouting priority -450; }")
          .orFail();
      side.ns().run("nft", "add rule ip kwf in ip frag-off & 0x3fff != 0 counter drop").orFail();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void longMessagesCrossANarrowPath(Side initiator, Lab lab) {
    dropIpFragments(lab);
    Peers peers =
        Peers.start(
            lab,
            FragmentationIT::longLeft,
            Map.of("fragmentSize", "576"),
            FragmentationIT::longRight,
            Map.of("fragment_size", "576"));

    List<SaKeys> pair = peers.up(initiator);

    assertThat(peers.charon().log()).contains("FRAG_SUP", "EF(1/");
    assertThat(peers.keyway().counter("ike-messages-reassembled")).isPositive();
    assertThat(peers.keyway().counter("ike-messages-fragmented")).isPositive();
    peers.awaitOnly(pair);
    peers.rekeyIke(initiator);
    peers.rekeyChild(Side.KEYWAY);
    peers.awaitOnly(peers.agreed(4));
    peers.rekeyChild(Side.CHARON);
    peers.awaitOnly(peers.agreed(6));
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void certificatesCrossANarrowPath(Side initiator, Lab lab) {
    dropIpFragments(lab);
    Authority root = Authority.root(lab, "root");
    root.certificate("left", "rsa-2048", "--san", "left.example.org");
    root.certificate("right", "rsa-2048", "--san", "right.example.org");
    root.give(lab.left(), "left");
    root.give(lab.right(), "right");
    Authority.trust(lab.left(), root);
    Authority.trust(lab.right(), root);
    Peers peers =
        Peers.start(
            lab,
            c -> signed(c, "left", "right").local("certs", "left"),
            Map.of("fragmentSize", "576"),
            c -> signed(c, "right", "left").local("certs", "right.pem"),
            Map.of("fragment_size", "576"));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.charon().log()).contains("EF(2/");
    assertThat(peers.keyway().counter("ike-messages-reassembled")).isPositive();
    assertThat(peers.keyway().counter("ike-messages-fragmented")).isPositive();
  }

  private static SwanctlConf signed(SwanctlConf conf, String us, String them) {
    return conf.localId(us + ".example.org")
        .remoteId(them + ".example.org")
        .local("auth", "pubkey")
        .remote("auth", "pubkey");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void fragmentsThatAreLostComeAgain(Side initiator, Lab lab) {
    lab.left().ns().run("nft", "add", "table", "ip", "kw").orFail();
    lab.left()
        .ns()
        .run("nft", "add chain ip kw in { type filter hook input priority 0; }")
        .orFail();
    lab.left()
        .ns()
        .run("nft", "add rule ip kw in udp dport 500 numgen inc mod 4 2 counter drop")
        .orFail();
    Peers peers =
        Peers.start(
            lab,
            FragmentationIT::longLeft,
            Map.of("fragmentSize", "576", "retransmitMillis", "300"),
            FragmentationIT::longRight,
            Map.of(
                "fragment_size", "576",
                "retransmit_timeout", "0.3",
                "retransmit_tries", "6",
                "retransmit_base", "1.3"));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.keyway().counter("ike-messages-reassembled")).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void shortMessagesMayComeInFragmentsToo(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> c, Map.of(), c -> c, Map.of("fragment_size", "200"));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.keyway().counter("ike-messages-reassembled")).isPositive();

    assertThat(peers.keyway().counter("ike-messages-fragmented")).isZero();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void nothingIsCutWhereOneSideDoesNotWantIt(Side off, Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> longLeft(c).connection("fragmentation", off == Side.KEYWAY ? "no" : "yes"),
            Map.of("fragmentSize", "576"),
            c -> longRight(c).connection("fragmentation", off == Side.CHARON ? "no" : "yes"),
            Map.of("fragment_size", "576"));

    peers.awaitOnly(peers.up(Side.KEYWAY));

    assertThat(peers.keyway().counter("ike-messages-reassembled")).isZero();
    assertThat(peers.keyway().counter("ike-messages-fragmented")).isZero();
    assertThat(peers.charon().log()).doesNotContain("EF(1/");
  }

  /** Long packets vanish, and nobody tells. */
  private static void dropLongPackets(Lab lab) {
    for (Lab.Side side : List.of(lab.left(), lab.right())) {
      side.ns().run("nft", "add", "table", "ip", "kwl").orFail();
      side.ns().run("nft", "add chain ip kwl in { type filter hook input priority 0; }").orFail();
      side.ns().run("nft", "add rule ip kwl in meta length > 700 counter drop").orFail();
    }
  }

  @EnabledIfSystemProperty(named = "keyway.long", matches = "true")
  @ParameterizedTest
  @EnumSource(Side.class)
  void aPathThatSwallowsLongPacketsIsPassedInShorterPieces(Side initiator, Lab lab) {
    dropLongPackets(lab);
    Peers peers =
        Peers.start(
            lab,
            FragmentationIT::longLeft,
            Map.of(),
            FragmentationIT::longRight,
            Map.of("fragment_size", "576"));

    List<SaKeys> pair = peers.up(initiator);

    peers.awaitOnly(pair);
    assertThat(peers.keyway().counter("ike-fragments-shortened")).isEqualTo(1);
    Matrix.passed("Exchanges", "Shorter fragments on a narrow path", initiator, Matrix.Way.V4);
  }
}
