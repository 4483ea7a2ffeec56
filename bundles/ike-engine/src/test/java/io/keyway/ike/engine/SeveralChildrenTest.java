package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.HostileResponder;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several CHILD_SAs on one IKE SA, each with selectors of its own (RFC 7296 section 2.9). */
class SeveralChildrenTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Both families, protocols and ports, and several selectors in one child. */
  private static final String[][] CHILDREN = {
    {"v4", "10.1.0.0/24", "10.2.0.0/24"},
    {"v6", "fd00:1::/64", "fd00:2::/64"},
    {"many", "10.1.1.0/24,10.1.2.0/24,fd00:1:1::/64", "10.2.1.0/24,fd00:2:1::/64"},
    {"udp", "10.1.3.0/24[17]", "10.2.3.0/24[17]"},
    {"tcp", "10.1.3.0/24[6]", "10.2.3.0/24[6]"},
    {"port", "10.1.4.0/24[17/5000]", "10.2.4.0/24[17]"},
  };

  private static Lab lab(boolean outside6) {
    Config left = Config.left();
    Config right = Config.right();
    if (outside6) {
      left.at("2001:db8::1", "2001:db8::2");
      right.at("2001:db8::2", "2001:db8::1");
    }
    for (String[] child : CHILDREN) {
      left.child(child[0], child[1], child[2]);
      right.child(child[0], child[2], child[1]);
    }
    Lab lab = new Lab();
    lab.load(left, right);
    return lab;
  }

  private static void up(Lab lab, boolean mixed) {
    for (int i = 0; i < CHILDREN.length; i++) {
      boolean fromRight = mixed && i % 2 == 1;
      Gateway from = fromRight ? lab.right : lab.left;
      String connection = fromRight ? "to-left" : "to-right";
      assertThat(from.initiate(connection, CHILDREN[i][0]).outcome()).isEqualTo(Outcome.ok());
    }
    lab.time.run(Duration.ofSeconds(3));
    assertSame(lab);
  }

  /** What each child selects, from the left side's point of view. */
  private static Map<String, String> selected(Gateway gateway, boolean mirrored) {
    return gateway.children().stream()
        .collect(
            Collectors.toMap(
                ChildSaStatus::name,
                c ->
                    c.selectors().stream()
                        .map(
                            p ->
                                mirrored
                                    ? p.remote() + " === " + p.local()
                                    : p.local() + " === " + p.remote())
                        .sorted()
                        .toList()
                        .toString(),
                (a, b) -> a + " twice " + b,
                TreeMap::new));
  }

  private static void assertSame(Lab lab) {
    assertThat(selected(lab.left, false)).isEqualTo(selected(lab.right, true));
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    assertThat(lab.left.plane.sas()).hasSize(2 * lab.left.children().size());
    assertThat(lab.right.plane.sas()).hasSize(2 * lab.left.children().size());
  }

  private static Map<String, String> uids(Gateway gateway) {
    return gateway.children().stream()
        .collect(Collectors.toMap(ChildSaStatus::name, ChildSaStatus::uid));
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void eachIsRekeyedByEachSideWithTheSameSelectorsAndDisturbsNoOther(
      boolean outside6, boolean mixed) {
    Lab lab = lab(outside6);
    up(lab, mixed);
    Map<String, String> before = selected(lab.left, false);
    assertThat(before).hasSize(CHILDREN.length);
    for (String[] child : CHILDREN) {
      for (boolean byRight : new boolean[] {false, true}) {
        Gateway by = byRight ? lab.right : lab.left;
        Map<String, String> uids = uids(by);
        Selection.Child which = new Selection.Child(byRight ? "to-left" : "to-right", child[0]);
        assertThat(by.get(by.engine.rekey(which, LIMIT)).outcome()).isEqualTo(Outcome.ok());
        lab.time.run(Duration.ofSeconds(7));
        assertThat(selected(lab.left, false)).isEqualTo(before);
        assertSame(lab);
        Map<String, String> after = uids(by);
        assertThat(after.get(child[0])).isNotEqualTo(uids.get(child[0]));
        after.keySet().removeIf(child[0]::equals);
        assertThat(uids).containsAllEntriesOf(after);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deletingOneKeepsTheOthersAlsoAfterAnIkeRekey(boolean byRight) {
    Lab lab = lab(false);
    up(lab, true);
    Gateway by = byRight ? lab.right : lab.left;
    String connection = byRight ? "to-left" : "to-right";
    int left = CHILDREN.length;
    for (String[] child : CHILDREN) {
      assertThat(
              by.get(by.engine.terminate(new Selection.Child(connection, child[0]), LIMIT))
                  .outcome())
          .isEqualTo(Outcome.ok());
      lab.time.run(Duration.ofSeconds(7));
      assertThat(lab.left.children()).hasSize(--left);
      assertThat(selected(lab.left, false)).doesNotContainKey(child[0]);
      assertSame(lab);
      if (left > 0) {
        by.get(by.engine.rekey(new Selection.Connection(connection), LIMIT));
        lab.time.run(Duration.ofSeconds(2));
        assertSame(lab);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eitherEndNarrowsAndRekeysKeepWhatWasAgreed(boolean fromRight) {
    Lab lab = new Lab();
    lab.load(
        Config.left()
            .child("a", "10.1.0.0/16", "10.2.5.0/24")
            .child("b", "fd00:1::/32,10.9.0.0/24", "fd00:2:7::/48,10.8.0.0/16[17]"),
        Config.right()
            .child("a", "10.2.0.0/16", "10.1.7.0/24")
            .child("b", "fd00:2::/32,10.8.3.0/24[17]", "fd00:1:7::/48,10.9.0.0/16"));
    Gateway from = fromRight ? lab.right : lab.left;
    String connection = fromRight ? "to-left" : "to-right";
    from.initiate(connection, "a");
    from.initiate(connection, "b");
    lab.time.run(Duration.ofSeconds(1));
    Map<String, String> agreed = selected(lab.left, false);
    assertThat(agreed.get("a")).isEqualTo("[10.1.7.0/24 === 10.2.5.0/24]");
    assertThat(agreed.get("b"))
        .contains("10.9.0.0/24[17] === 10.8.3.0/24[17]")
        .contains("/48 === ")
        .doesNotContain("/32");
    for (String child : List.of("a", "b")) {
      lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", child), LIMIT));
      lab.time.run(Duration.ofSeconds(7));
      lab.right.get(lab.right.engine.rekey(new Selection.Child("to-left", child), LIMIT));
      lab.time.run(Duration.ofSeconds(7));
      assertThat(selected(lab.left, false)).isEqualTo(agreed);
      assertSame(lab);
    }
  }

  @Test
  void oneThatIsRefusedLeavesTheOthersAlone() {
    Lab lab = new Lab();
    lab.load(
        Config.left()
            .child("good", "10.1.0.0/24", "10.2.0.0/24")
            .child("bad", "10.1.1.0/24", "10.77.0.0/24")
            .child("more", "10.1.2.0/24", "10.2.2.0/24"),
        Config.right()
            .child("good", "10.2.0.0/24", "10.1.0.0/24")
            .child("more", "10.2.2.0/24", "10.1.2.0/24"));
    // The first one, which IKE_AUTH brings, and a later one.
    assertThat(lab.left.initiate("to-right", "bad").outcome().reason()).contains("TS_UNACCEPTABLE");
    assertThat(lab.left.initiate("to-right", "good").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.initiate("to-right", "bad").outcome().reason()).contains("TS_UNACCEPTABLE");
    assertThat(lab.left.initiate("to-right", "more").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    assertThat(selected(lab.left, false)).containsOnlyKeys("good", "more");
  }

  // --- a rekey protects no less (RFC 7296 section 2.9.2) --------------------------------------

  private static List<Payload> offer(int spi, String theirs, String ours) {
    return List.of(
        EspProposals.offer(List.of(Config.ESP_GCM), spi, true),
        new NoncePayload(Octets.copyOf(new byte[32])),
        Selectors.toWire(true, List.of(prefix(theirs))),
        Selectors.toWire(false, List.of(prefix(ours))));
  }

  private static TrafficSelector prefix(String text) {
    String[] parts = text.split("/");
    return TrafficSelector.prefix(Config.address(parts[0]), Integer.parseInt(parts[1]));
  }

  private static int errorOf(List<IkeMessage> answers) {
    return answers.get(0).error().map(NotifyPayload::type).orElse(0);
  }

  @Test
  void aPeersRekeyThatWouldProtectLessIsRefusedAndTheChildGoesOn() {
    Lab lab = new Lab();
    assertThat(
            lab.right
                .load(
                    Config.right()
                        .anyPeer()
                        .ids(null, "%any")
                        .child("net", "10.2.0.0/16", "10.1.0.0/16")
                        .build())
                .done())
        .isTrue();
    HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519).connect();
    assertThat(errorOf(peer.authenticate())).isZero();
    String uid = lab.right.children().get(0).uid();
    Payload rekey = NotifyPayload.esp(NotifyType.REKEY_SA, 0x66666666);

    List<Payload> narrower = new ArrayList<>(List.of(rekey));
    narrower.addAll(offer(0x77777777, "10.1.0.0/24", "10.2.0.0/16"));
    assertThat(errorOf(peer.request(ExchangeType.CREATE_CHILD_SA, narrower)))
        .isEqualTo(NotifyType.TS_UNACCEPTABLE);
    assertThat(lab.right.children()).extracting(ChildSaStatus::uid).containsExactly(uid);
    assertThat(lab.right.children().get(0).state()).isEqualTo("INSTALLED");

    List<Payload> wider = new ArrayList<>(List.of(rekey));
    wider.addAll(offer(0x78787878, "10.0.0.0/8", "10.2.0.0/16"));
    assertThat(errorOf(peer.request(ExchangeType.CREATE_CHILD_SA, wider))).isZero();
    assertThat(lab.right.children()).hasSize(2);
    assertThat(lab.right.children().get(1).selectors().get(0).remote()).hasToString("10.1.0.0/16");
  }

  @Test
  void anAnswerToOurRekeyThatWouldProtectLessIsNotAccepted() {
    Lab lab = new Lab();
    assertThat(lab.left.load(Lab.leftNet().build()).done()).isTrue();
    lab.left.engine.initiate("to-right", "net", LIMIT);
    HostileResponder peer = new HostileResponder(lab).accept();
    peer.respond(
        peer.id(),
        peer.auth("a shared secret"),
        chosen(0x66666666, false),
        Selectors.toWire(true, List.of(prefix("10.1.0.0/16"))),
        Selectors.toWire(false, List.of(prefix("10.2.0.0/16"))));
    String uid = lab.left.children().get(0).uid();
    var rekey = lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    peer.listen();
    peer.respond(
        chosen(0x77777777, true),
        new NoncePayload(Octets.copyOf(new byte[32])),
        Selectors.toWire(true, List.of(prefix("10.1.0.0/16"))),
        Selectors.toWire(false, List.of(prefix("10.2.0.0/24"))));
    assertThat(lab.left.get(rekey).outcome().reason())
        .contains("its rekey narrows the traffic selectors");
    assertThat(lab.left.children()).extracting(ChildSaStatus::uid).containsExactly(uid);
    assertThat(lab.left.plane.sas()).hasSize(2);
    assertThat(peer.asked().header().exchangeType())
        .as("the peer is told to end what it made")
        .isEqualTo(ExchangeType.INFORMATIONAL);
  }

  private static SaPayload chosen(int spi, boolean keyExchange) {
    return EspProposals.offer(List.of(Config.ESP_GCM), spi, keyExchange);
  }

  // --- errors of the peer ---------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "34, SINGLE_PAIR_REQUIRED, a tunnel for each pair of hosts",
    "35, NO_ADDITIONAL_SAS, takes no further child",
    "38, TS_UNACCEPTABLE, compare the traffic selectors",
    "14, NO_PROPOSAL_CHOSEN, compare the child policies",
  })
  void whatThePeerRefusesIsNamedWithACureAndTheIkeSaStays(int type, String name, String cure) {
    Lab lab = new Lab();
    assertThat(
            lab.left.load(Lab.leftNet().child("more", "10.3.0.0/16", "10.4.0.0/16").build()).done())
        .isTrue();
    var first = lab.left.engine.initiate("to-right", "net", LIMIT);
    HostileResponder peer = new HostileResponder(lab).accept();
    peer.respond(peer.id(), peer.auth("a shared secret"), NotifyPayload.of(type));
    assertThat(lab.left.get(first).outcome().reason()).contains(name).contains(cure);
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");

    var second = lab.left.engine.initiate("to-right", "more", LIMIT);
    peer.listen();
    peer.respond(NotifyPayload.of(type));
    assertThat(lab.left.get(second).outcome().reason()).contains(name).contains(cure);
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.left.plane.sas()).isEmpty();
    assertThat(lab.left.plane.leases()).isEmpty();
  }
}
