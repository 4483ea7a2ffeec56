package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Usage;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.FakePlane;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RekeyTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static Lab up(EspProposal... esp) {
    return up(0, esp);
  }

  private static Lab up(int seed, EspProposal... esp) {
    Lab lab = new Lab(EngineSettings.defaults(), seed);
    lab.load(Lab.leftNet().esp(esp), Lab.rightNet().esp(esp));
    return lab.up();
  }

  private static void assertNoPacketLost(Lab lab) {
    assertThat(lab.packets).isPositive();
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void childRekeyLosesNoPacket(boolean pfs, boolean byResponder) {
    Lab lab = up(pfs ? Config.ESP_GCM_PFS : Config.ESP_GCM);
    Gateway gateway = byResponder ? lab.right : lab.left;
    byte[] before = lab.left.plane.outboundOf("net").orElseThrow().encryption();
    lab.traffic("net");
    String connection = byResponder ? "to-left" : "to-right";
    ChildResult result =
        gateway.get(gateway.engine.rekey(new Selection.Child(connection, "net"), LIMIT));
    assertThat(result.outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(20));
    assertNoPacketLost(lab);
    lab.assertOnePair("net");
    assertThat(lab.left.plane.outboundOf("net").orElseThrow().encryption()).isNotEqualTo(before);
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void responderTurnsOnlyWhenTheInitiatorDeletesTheOldChild() {
    Lab lab = up(Config.ESP_GCM);
    lab.right.plane.log().clear();
    lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    lab.time.run(Duration.ofSeconds(20));
    List<String> steps = lab.right.plane.log().stream().map(l -> l.split(" 0x| 10")[0]).toList();
    assertThat(steps)
        .containsExactly(
            "reserve",
            "add INBOUND",
            "add OUTBOUND",
            "put INBOUND",
            "put OUTBOUND",
            "select net",
            "unclaim net",
            "remove OUTBOUND",
            "remove INBOUND");
  }

  @Test
  void responderTurnsWhenTheFirstPacketComesIfTheDeleteDoesNot() {
    Lab lab = up(Config.ESP_GCM);
    // The initiator's delete never comes through.
    lab.net.setWeather(
        d ->
            d.local().equals(lab.left.onlySa().local()) && lab.right.plane.sas().size() == 4
                ? List.of()
                : List.of(Net.LATENCY));
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.until(Duration.ofSeconds(5), () -> lab.right.plane.sas(Direction.INBOUND).size() == 2);
    FakePlane.Installed fresh = lab.right.plane.sas(Direction.INBOUND).get(1);
    SaId used = fresh.sa().id();
    lab.right.plane.setUsage(used, Usage.of(1, 100));
    assertThat(
            lab.time.until(
                Duration.ofSeconds(5),
                () ->
                    lab.right
                        .plane
                        .outboundOf("net")
                        .filter(o -> o.sa().child().uid().equals(fresh.sa().child().uid()))
                        .isPresent()))
        .isTrue();
  }

  @Test
  void oldInboundStaysFiveSeconds() {
    Lab lab = up(Config.ESP_GCM);
    lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    lab.time.run(Duration.ofMillis(100));
    for (Gateway gateway : List.of(lab.left, lab.right)) {
      assertThat(gateway.plane.sas(Direction.INBOUND)).hasSize(2);
      assertThat(gateway.plane.sas(Direction.OUTBOUND)).hasSize(1);
    }
    lab.time.run(Duration.ofSeconds(6));
    lab.assertOnePair("net");
  }

  @Test
  void simultaneousChildRekeysEndWithOnePairAndNoLoss() {
    for (int seed = 0; seed < 20; seed++) {
      Lab lab = up(seed, Config.ESP_GCM_PFS);
      lab.traffic("net");
      lab.time.run(Duration.ofMillis(35));
      var a = lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
      var b = lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
      assertThat(lab.left.get(a).outcome()).isEqualTo(Outcome.ok());
      assertThat(lab.right.get(b).outcome()).isEqualTo(Outcome.ok());
      lab.time.run(Duration.ofSeconds(40));
      assertNoPacketLost(lab);
      lab.assertOnePair("net");
      assertThat(lab.left.children()).hasSize(1);
      assertThat(lab.right.children()).hasSize(1);
      assertThat(lab.left.count("child-rekey-collisions")).isEqualTo(1);
      assertThat(lab.right.count("child-rekey-collisions")).isEqualTo(1);
    }
  }

  @Test
  void simultaneousChildRekeysSurviveEveryDelayOfOneRequest() {
    for (int delay = 0; delay < 60; delay++) {
      Lab lab = up(delay, Config.ESP_GCM);
      lab.traffic("net");
      lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
      lab.time.run(Duration.ofMillis(delay));
      lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
      lab.time.run(Duration.ofSeconds(60));
      assertNoPacketLost(lab);
      lab.assertOnePair("net");
    }
  }

  @Test
  void whoAsksForARekeyWhileThePeerRekeysGetsNewKeysAtAnyMoment() {
    for (int delay = 0; delay < 300; delay += 3) {
      Lab lab = up(delay, Config.ESP_GCM);
      lab.right.plane.setLatency(Duration.ofMillis(20));
      lab.traffic("net");
      String first = lab.right.children().get(0).uid();
      lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
      lab.time.run(Duration.ofMillis(delay));
      ChildResult result =
          lab.right.get(lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT));
      assertThat(result.outcome()).as("after %s ms", delay).isEqualTo(Outcome.ok());
      assertThat(result.children()).singleElement();
      assertThat(result.children().get(0).uid()).as("after %s ms", delay).isNotEqualTo(first);
      lab.time.run(Duration.ofSeconds(40));
      assertNoPacketLost(lab);
      lab.assertOnePair("net");
    }
  }

  @Test
  void whoWaitsForARekeyOfThePeerThatComesToNothingGetsAnother() {
    Lab lab = up(Config.ESP_GCM);
    lab.traffic("net");
    lab.left.plane.setLatency(Duration.ofMillis(50));
    lab.left.plane.setFate(
        call ->
            call.startsWith("add OUTBOUND")
                ? Optional.of(Outcome.unavailable("no"))
                : Optional.empty());
    String first = lab.right.children().get(0).uid();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    assertThat(
            lab.time.until(
                LIMIT,
                () -> lab.right.children().stream().anyMatch(c -> c.state().equals("REKEYED"))))
        .isTrue();
    var wanted = lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
    assertThat(lab.time.until(LIMIT, () -> lab.left.count("child-rekey-failures") > 0)).isTrue();
    lab.left.plane.noFate();
    ChildResult result = lab.right.get(wanted);
    assertThat(result.outcome()).isEqualTo(Outcome.ok());
    assertThat(result.children().get(0).uid()).isNotEqualTo(first);
    lab.time.run(Duration.ofSeconds(40));
    assertNoPacketLost(lab);
    lab.assertOnePair("net");
  }

  @Test
  void aChildThatIsJustTakingOverSaysSo() {
    Lab lab = Lab.withNet();
    lab.right.plane.setLatency(Duration.ofMillis(50));
    lab.left.engine.initiate("to-right", "net", LIMIT);
    assertThat(lab.time.until(LIMIT, () -> !lab.right.children().isEmpty())).isTrue();
    ChildResult result =
        lab.right.get(lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT));
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(result.outcome().reason()).contains("just taking over");
  }

  @Test
  void simultaneousChildRekeysSurviveALostRequest() {
    Lab lab = up(Config.ESP_GCM);
    lab.traffic("net");
    int before = lab.net.sent().size();
    lab.net.setWeather(d -> lab.net.sent().size() == before + 1 ? List.of() : List.of(Net.LATENCY));
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
    lab.time.run(Duration.ofSeconds(90));
    assertNoPacketLost(lab);
    lab.assertOnePair("net");
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void ikeRekeyKeepsChildrenAndUid(boolean byResponder) {
    Lab lab = up(Config.ESP_GCM);
    lab.traffic("net");
    IkeSaStatus before = lab.left.onlySa();
    Gateway gateway = byResponder ? lab.right : lab.left;
    String uid = gateway.onlySa().uid();
    ChildResult result = gateway.get(gateway.engine.rekey(new Selection.IkeUid(uid), LIMIT));
    assertThat(result.outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(60));
    IkeSaStatus after = lab.left.onlySa();
    assertThat(after.uid()).isEqualTo(before.uid());
    assertThat(after.initiatorSpi()).isNotEqualTo(before.initiatorSpi());
    assertThat(after.initiator()).isEqualTo(!byResponder);
    assertThat(after.children()).hasSize(1);
    assertThat(lab.right.onlySa().initiatorSpi()).isEqualTo(after.initiatorSpi());
    assertThat(lab.left.events(EngineEvent.IkeDown.class)).isEmpty();
    assertThat(lab.right.events(EngineEvent.IkeDown.class)).isEmpty();
    lab.assertOnePair("net");
    assertNoPacketLost(lab);
    // The successor works in both directions.
    assertThat(
            lab.left
                .get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    assertThat(
            lab.right
                .get(lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    assertNoPacketLost(lab);
    lab.assertOnePair("net");
  }

  @Test
  void simultaneousIkeRekeysEndWithOneIkeSa() {
    for (int delay = 0; delay < 60; delay++) {
      Lab lab = up(delay, Config.ESP_GCM);
      String left = lab.left.onlySa().uid();
      String right = lab.right.onlySa().uid();
      lab.left.engine.rekey(new Selection.IkeUid(left), LIMIT);
      lab.time.run(Duration.ofMillis(delay / 2));
      lab.right.engine.rekey(new Selection.IkeUid(right), LIMIT);
      lab.time.run(Duration.ofSeconds(120));
      assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
      assertThat(lab.left.onlySa().uid()).isEqualTo(left);
      assertThat(lab.left.onlySa().children()).hasSize(1);
      assertThat(lab.right.onlySa().children()).hasSize(1);
      assertThat(lab.left.events(EngineEvent.IkeDown.class)).isEmpty();
      assertThat(lab.right.events(EngineEvent.IkeDown.class)).isEmpty();
      lab.assertOnePair("net");
      assertThat(lab.left.get(lab.left.engine.rekey(new Selection.IkeUid(left), LIMIT)).outcome())
          .isEqualTo(Outcome.ok());
    }
  }

  @Test
  void childRekeyAgainstIkeRekeyIsTriedAgain() {
    for (int delay = 0; delay < 30; delay += 2) {
      Lab lab = up(Config.ESP_GCM);
      lab.traffic("net");
      lab.left.engine.rekey(new Selection.IkeUid(lab.left.onlySa().uid()), LIMIT);
      lab.time.run(Duration.ofMillis(delay));
      lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
      lab.time.run(Duration.ofSeconds(90));
      assertNoPacketLost(lab);
      lab.assertOnePair("net");
      assertThat(lab.right.events(EngineEvent.ChildRekeyed.class)).isNotEmpty();
      assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    }
  }

  @Test
  void lifetimesRekeyOnBothSidesWithoutLoss() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().childLife(60, 80).ikeRekey(Duration.ofSeconds(150)).dpd(LIMIT),
        Lab.rightNet().childLife(60, 80).ikeRekey(Duration.ofSeconds(150)).dpd(LIMIT));
    lab.up();
    lab.traffic("net");
    lab.time.run(Duration.ofMinutes(25));
    assertNoPacketLost(lab);
    lab.time.until(LIMIT, () -> lab.left.plane.sas().size() == 2);
    assertThat(lab.left.count("child-rekeyed")).isGreaterThan(20);
    assertThat(lab.left.count("ike-rekeyed-initiator") + lab.left.count("ike-rekeyed-responder"))
        .isGreaterThan(9);
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).isEmpty();
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    assertThat(lab.left.children()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void aChildWhoseRekeyNeverWorksEndsAtItsHardLimit() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().childLife(100, 200), Lab.rightNet());
    lab.up();
    lab.left.plane.setFate(
        call ->
            call.equals("reserve")
                ? java.util.Optional.of(Outcome.full("no row free on plane"))
                : java.util.Optional.empty());
    lab.time.run(Duration.ofSeconds(250));
    assertThat(lab.left.count("child-rekey-failures")).isGreaterThan(5);
    assertThat(lab.left.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("lifetime"));
    lab.assertNothingLeft();
  }

  @Test
  void reauthenticationMakesTheNewIkeSaBeforeTheOldOneGoes() {
    Lab lab = new Lab();
    Duration reauth = Duration.ofSeconds(500);
    lab.load(
        Lab.leftNet().reauth(reauth).ikeRekey(Duration.ofSeconds(200)),
        Lab.rightNet().reauth(reauth).ikeRekey(Duration.ofSeconds(200)));
    lab.up();
    String uid = lab.left.onlySa().uid();
    lab.traffic("net");
    lab.time.run(Duration.ofSeconds(600));
    assertThat(lab.left.count("ike-reauthenticated")).isEqualTo(1);
    assertThat(lab.right.count("ike-reauthenticated")).isZero();
    assertThat(lab.left.onlySa().uid()).isNotEqualTo(uid);
    lab.assertOnePair("net");
    // The responder uses its first child of an IKE SA at once, a flight before the initiator can.
    assertThat(lab.lost).isLessThanOrEqualTo(2);
    assertThat(lab.held).isZero();
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void aReauthenticationThatFailsKeepsTheOldIkeSaAndIsTriedAgain() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().reauth(Duration.ofSeconds(100)), Lab.rightNet());
    lab.up();
    String uid = lab.left.onlySa().uid();
    lab.right.secrets.with("psk", "changed over there");
    lab.time.run(Duration.ofSeconds(150));
    assertThat(lab.left.count("ike-reauthentication-failures")).isGreaterThan(1);
    assertThat(lab.left.onlySa().uid()).isEqualTo(uid);
    lab.assertOnePair("net");
    lab.right.secrets.with("psk", "a shared secret");
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.onlySa().uid()).isNotEqualTo(uid);
    lab.assertOnePair("net");
  }

  @Test
  void rekeyThatWaitsForRowsDoesNotHoldUpTheDeletionThatFreesThem() {
    Lab lab = new Lab(EngineSettings.defaults(), 0);
    Config left = Config.left().esp(Config.ESP_GCM);
    Config right = Config.right().esp(Config.ESP_GCM);
    for (int i = 1; i <= 4; i++) {
      left.child("net-" + i, "10.1." + i + ".0/24", "10.2." + i + ".0/24");
      right.child("net-" + i, "10.2." + i + ".0/24", "10.1." + i + ".0/24");
    }
    lab.load(left, right);
    for (int i = 1; i <= 4; i++) {
      assertThat(lab.left.initiate("to-right", "net-" + i).outcome().done()).isTrue();
    }
    lab.left.plane.setRows(5);
    List<CompletableFuture<ChildResult>> rekeys = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      rekeys.add(
          lab.left
              .engine
              .rekey(new Selection.Child("to-right", "net-" + i), LIMIT)
              .toCompletableFuture());
    }
    // The old inbound SA stays five seconds after each.
    lab.time.run(Duration.ofSeconds(4 * 6));
    assertThat(rekeys).allMatch(rekey -> rekey.isDone() && rekey.join().outcome().done());
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.left.plane.sas()).hasSize(8);
    assertThat(lab.left.count("child-rekey-failures")).isZero();
  }

  @Test
  void peerWhoseRekeyFindsNoRowsIsAskedToComeAgain() {
    Lab lab = up(Config.ESP_GCM);
    lab.right.plane.setFate(
        call -> call.equals("reserve") ? Optional.of(Outcome.full("no rows")) : Optional.empty());
    ChildResult refused =
        lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(refused.outcome().reason()).contains("TEMPORARY_FAILURE");
    lab.right.plane.noFate();
    lab.traffic("net");
    lab.time.run(Duration.ofSeconds(30));
    assertNoPacketLost(lab);
    lab.assertOnePair("net");
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
  }
}
