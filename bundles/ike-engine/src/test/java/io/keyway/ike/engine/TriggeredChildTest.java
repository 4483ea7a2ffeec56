package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostileResponder;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.TsPayload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Children that a packet asks for (RFC 7296 section 2.9). */
class TriggeredChildTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final SelectorPair PACKET = packet("10.1.0.7", "10.2.0.9");

  private static SelectorPair packet(String from, String to) {
    return new SelectorPair(
        TrafficSelector.host(Config.address(from), 17).withPorts(4000, 4000),
        TrafficSelector.host(Config.address(to), 17).withPorts(53, 53));
  }

  private static Lab lab(String ofRight) {
    Lab lab = new Lab();
    lab.load(
        Config.left().child("net", "10.1.0.0/16", "10.2.0.0/16"),
        Config.right().child("net", ofRight, "10.1.0.0/16"));
    return lab;
  }

  /** Nobody there but the test. */
  private static Lab alone() {
    Lab lab = new Lab();
    assertThat(lab.left.load(Lab.leftNet().build()).done()).isTrue();
    return lab;
  }

  private static CompletionStage<ChildResult> start(Lab lab, SelectorPair packet) {
    return lab.left.engine.initiate("to-right", "net", Optional.of(packet), LIMIT);
  }

  private static List<TrafficSelector> asked(IkeMessage request, boolean initiator) {
    return Selectors.fromWire(
        request.all(TsPayload.class).stream()
            .filter(ts -> ts.initiator() == initiator)
            .findFirst()
            .orElseThrow());
  }

  @Test
  void thePacketComesFirstOnBothSidesAndTheWholeFollows() {
    Lab lab = alone();
    start(lab, PACKET);
    HostileResponder peer = new HostileResponder(lab).accept();
    assertThat(asked(peer.asked(), true))
        .containsExactly(PACKET.local(), TrafficSelector.prefix(Config.address("10.1.0.0"), 16));
    assertThat(asked(peer.asked(), false))
        .containsExactly(PACKET.remote(), TrafficSelector.prefix(Config.address("10.2.0.0"), 16));
  }

  @Test
  void aPeerWithTheSamePolicyAgreesToTheWholeOfIt() {
    Lab lab = lab("10.2.0.0/16");
    assertThat(lab.left.get(start(lab, PACKET)).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.children().get(0).selectors())
        .extracting(SelectorPair::toString)
        .containsExactly("10.1.0.0/16 === 10.2.0.0/16");
  }

  @Test
  void aPeerWithANarrowerPolicyAgreesToItsPart() {
    Lab lab = lab("10.2.0.0/24");
    assertThat(lab.left.get(start(lab, PACKET)).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.children().get(0).selectors())
        .extracting(SelectorPair::toString)
        .containsExactly("10.1.0.0/16 === 10.2.0.0/24");
  }

  @Test
  void aPacketThatTheChildDoesNotSelectIsLeftOut() {
    Lab lab = alone();
    start(lab, packet("10.99.0.1", "10.2.0.9"));
    HostileResponder peer = new HostileResponder(lab).accept();
    assertThat(asked(peer.asked(), true))
        .containsExactly(TrafficSelector.prefix(Config.address("10.1.0.0"), 16));
    assertThat(asked(peer.asked(), false))
        .containsExactly(TrafficSelector.prefix(Config.address("10.2.0.0"), 16));
  }
}
