package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What peers must find out about each other on the way: groups, cookies, selectors, modes. */
@Interop
class NegotiationIT {

  @ParameterizedTest
  @EnumSource(Side.class)
  void aGroupThatWasGuessedWrongIsTriedAgain(Side initiator, Lab lab) {
    // The initiator's first guess is x25519 (RFC 7296 section 1.2, INVALID_KE_PAYLOAD).
    String both = "aes256gcm16-prfsha384-x25519, aes256gcm16-prfsha384-ecp384";
    String one = "aes256gcm16-prfsha384-ecp384";
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("proposals", initiator == Side.KEYWAY ? both : one),
            c -> c.connection("proposals", initiator == Side.KEYWAY ? one : both));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.charon().log()).contains("INVAL_KE");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aGroupThatWasGuessedWrongInARekeyIsTriedAgain(Side rekeys, Lab lab) {
    String both = "aes256gcm16-x25519, aes256gcm16-ecp384";
    String one = "aes256gcm16-ecp384";
    Peers peers =
        Peers.start(
            lab,
            c -> c.child("esp_proposals", rekeys == Side.KEYWAY ? both : one),
            c -> c.child("esp_proposals", rekeys == Side.KEYWAY ? one : both));
    peers.up(Side.KEYWAY);

    peers.rekeyChild(rekeys);

    peers.awaitOnly(peers.agreed(4));
    assertThat(peers.charon().log()).contains("INVAL_KE");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aCookieIsGivenBack(Side initiator, Lab lab) {
    boolean ours = initiator == Side.CHARON;
    Peers peers =
        Peers.start(
            lab,
            c -> c,
            ours ? Map.of("cookieThreshold", "0") : Map.of(),
            c ->
                c.connection(
                    "proposals", "aes256gcm16-prfsha384-ecp384, aes256gcm16-prfsha384-x25519"),
            ours ? Map.of() : Map.of("cookie_threshold", "1", "cookie_threshold_ip", "1"));
    if (!ours) {
      HalfOpen.leaveOne(lab.left(), lab.right().address());
    }

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.charon().log()).contains("N(COOKIE)");
  }

  /** RFC 8019 section 7.1.5: who knows no puzzles is served after those who solve them. */
  @Test
  void whoSolvesNoPuzzlesIsLetInAfterSomeRepetitions(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c,
            Map.of("cookieThreshold", "0", "garbageThreshold", "0"),
            c -> c,
            Map.of(
                "retransmit_timeout", "0.1",
                "retransmit_tries", "150",
                "retransmit_base", "1.0"));

    peers.awaitOnly(peers.up(Side.CHARON));

    // N(PUZZLE), which charon has no name for.
    assertThat(peers.charon().log()).contains("N((16434))");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void selectorsAreNarrowedToWhatBothWant(Side initiator, Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c.child("local_ts", "10.1.0.0/16[udp]").child("remote_ts", "10.2.0.0/24[udp]"),
            c ->
                c.child("local_ts", "10.2.0.0/16[udp/5000]")
                    .child("remote_ts", "10.1.0.0/24[udp]"));

    List<SaKeys> pair = peers.up(initiator);

    SaKeys toCharon =
        pair.stream().filter(k -> k.dst().equals(lab.right().address())).findFirst().orElseThrow();
    assertThat(toCharon.sources()).containsExactly("10.1.0.0-10.1.0.255[17/0-65535]");
    assertThat(toCharon.destinations()).containsExactly("10.2.0.0-10.2.0.255[17/5000-5000]");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void transportModeIsAgreed(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, NegotiationIT::transport, NegotiationIT::transport);

    List<SaKeys> pair = peers.up(initiator);

    assertThat(pair).extracting(SaKeys::mode).containsOnly("transport");
    peers.rekeyChild(initiator);
    assertThat(peers.agreed(4)).extracting(SaKeys::mode).containsOnly("transport");
  }

  /** RFC 6023: IKE_AUTH without a child, whose first one then has a key exchange of its own. */
  @Test
  void theInitiatorMayLeaveTheChildForLater(Lab lab) {
    Peers peers = Peers.start(lab, c -> c, c -> c.connection("childless", "force"));

    List<SaKeys> pair = peers.up(Side.CHARON);

    assertThat(peers.charon().log())
        .contains("N(CHDLESS_SUP)")
        .containsPattern("generating CREATE_CHILD_SA request 2 \\[ SA No KE TSi TSr");
    peers.awaitOnly(pair);
    peers.rekeyIke(Side.KEYWAY);
    peers.rekeyChild(Side.CHARON);
    peers.awaitOnly(peers.agreed(4));
  }

  private static SwanctlConf transport(SwanctlConf conf) {
    return conf.child("mode", "transport")
        .child("local_ts", "dynamic[udp]")
        .child("remote_ts", "dynamic[udp]");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void everyThirdDatagramIsLostAndNothingElse(Side initiator, Lab lab) {
    lab.left().ns().run("nft", "add", "table", "ip", "kw").orFail();
    lab.left()
        .ns()
        .run("nft", "add chain ip kw in { type filter hook input priority 0; }")
        .orFail();
    lab.left()
        .ns()
        .run("nft", "add rule ip kw in udp dport 500 numgen inc mod 3 0 counter drop")
        .orFail();
    Peers peers =
        Peers.start(
            lab,
            c -> c,
            Map.of("retransmitMillis", "300"),
            c -> c,
            Map.of("retransmit_timeout", "0.3", "retransmit_tries", "6", "retransmit_base", "1.3"));

    List<SaKeys> first = peers.up(initiator);
    peers.rekeyChild(Side.KEYWAY);
    peers.awaitOnly(peers.agreed(4));
    peers.rekeyChild(Side.CHARON);
    peers.awaitOnly(peers.agreed(6));
    peers.rekeyIke(Side.KEYWAY);
    peers.rekeyIke(Side.CHARON);

    assertThat(peers.agreed(6)).doesNotContainAnyElementsOf(first);
    assertThat(lab.left().ns().run("nft", "list", "table", "ip", "kw").orFail())
        .as("datagrams were really lost")
        .doesNotContain("packets 0 ");
  }
}
