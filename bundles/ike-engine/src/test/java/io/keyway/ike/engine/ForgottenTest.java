package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SadEvent;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.FakePlane;
import io.keyway.ike.engine.lab.Lab;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A peer was killed and starts anew (INITIAL_CONTACT) while its plane, and ours, carry the traffic
 * of its earlier life.
 */
class ForgottenTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration SOON = Duration.ofSeconds(15);

  /** After the last sign of a successor. */
  private static final Duration BOUND = Duration.ofSeconds(34);

  private static Config with(Config config, int children, boolean left) {
    for (int i = 0; i < children; i++) {
      String here = "10.1." + i + ".0/24";
      String there = "10.2." + i + ".0/24";
      config.child("c" + i, left ? here : there, left ? there : here);
    }
    return config;
  }

  private static Config left(int children) {
    return with(Config.left(), children, true);
  }

  private static Config right(int children) {
    return with(Config.right(), children, false);
  }

  /** So many children up, begun by the left side, all with traffic in both directions. */
  private static Lab up(Config left, Config right, int children) {
    Lab lab = new Lab();
    lab.load(left, right);
    ask(lab, 0, children);
    lab.time.run(Duration.ofSeconds(2));
    assertThat(lab.right.children()).hasSize(children);
    IntStream.range(0, children).forEach(i -> lab.traffic("c" + i));
    lab.time.run(Duration.ofSeconds(2));
    lab.right.events.clear();
    return lab;
  }

  private static Lab up(int children) {
    return up(left(children), right(children), children);
  }

  private static void ask(Lab lab, int from, int to) {
    for (int i = from; i < to; i++) {
      lab.left.engine.initiate("to-right", "c" + i, Duration.ofMinutes(2));
    }
  }

  /** The left side is killed, and lives again with the same configuration. */
  private static void rebirth(Lab lab, Config left) {
    lab.left = lab.left.reborn();
    lab.left.load(left.build());
  }

  private static void assertOnePairEach(Lab lab, int children) {
    for (FakePlane plane : List.of(lab.left.plane, lab.right.plane)) {
      assertThat(plane.sas(Direction.INBOUND)).hasSize(children);
      assertThat(plane.sas(Direction.OUTBOUND)).hasSize(children);
      assertThat(plane.leases()).isEmpty();
    }
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.onlySa().initiatorSpi()).isEqualTo(lab.left.onlySa().initiatorSpi());
    assertThat(lab.right.onlySa().children())
        .extracting(ChildSaStatus::state)
        .containsOnly("INSTALLED");
  }

  /** The one that the peer of this lab forgot. */
  private static IkeSaStatus forgotten(Lab lab) {
    return lab.right.engine.snapshot().stream()
        .filter(sa -> sa.state().equals("FORGOTTEN"))
        .findFirst()
        .orElseThrow();
  }

  private static List<Long> sentBy(Lab lab, int from) {
    List<Datagram> sent = lab.net.sent();
    return sent.subList(from, sent.size()).stream()
        .filter(d -> d.local().getAddress().equals(Config.address("192.0.2.2")))
        .map(d -> ByteBuffer.wrap(d.octets()).getLong())
        .toList();
  }

  // --- nothing is lost ------------------------------------------------------------------------

  @Test
  void everyChildCarriesOnUntilItsSuccessorDoes() {
    Lab lab = up(20);
    lab.left.plane.setLatency(Duration.ofMillis(60));
    lab.right.plane.setLatency(Duration.ofMillis(60));
    rebirth(lab, left(20));
    lab.time.run(Duration.ofSeconds(5));
    ask(lab, 0, 20);
    // By now the first has taken over, and the last is not even asked for.
    lab.time.run(Duration.ofSeconds(4));
    assertThat(forgotten(lab).children()).hasSizeBetween(5, 19);
    assertThat(lab.right.children()).hasSizeBetween(21, 39);

    lab.time.run(Duration.ofSeconds(25));
    assertOnePairEach(lab, 20);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
    assertThat(lab.right.events(EngineEvent.IkeDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).endsWith("started anew (INITIAL_CONTACT)"));
  }

  @Test
  void successorsWaitForTheRowsOfThoseBefore() {
    Lab lab = up(4);
    // Room for one pair more than there are.
    lab.right.plane.setRows(5);
    rebirth(lab, left(4));
    ask(lab, 0, 4);
    lab.time.run(Duration.ofMinutes(1));
    assertOnePairEach(lab, 4);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void aPeerThatIsKilledOnceMoreMeanwhileLosesNothingEither() {
    for (int millis : new int[] {20, 50, 300, 1000, 2900, 3100, 4000, 6000, 9000}) {
      Lab lab = up(8);
      lab.left.plane.setLatency(Duration.ofMillis(40));
      lab.right.plane.setLatency(Duration.ofMillis(40));
      rebirth(lab, left(8));
      ask(lab, 0, 4);
      lab.time.run(Duration.ofMillis(millis));
      rebirth(lab, left(8));
      lab.time.run(Duration.ofSeconds(20));
      ask(lab, 0, 8);
      lab.time.run(Duration.ofSeconds(20));
      assertThat(lab.lost).as("killed after %s ms", millis).isZero();
      assertThat(lab.held).as("killed after %s ms", millis).isZero();
      assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
      lab.time.run(BOUND);
      assertOnePairEach(lab, 8);
    }
  }

  @Test
  void anIkeRekeyOfTheNewOneDisturbsNoTakeOver() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 3);
    lab.time.run(Duration.ofSeconds(1));
    lab.left.engine.rekey(new Selection.Connection("to-right"), LIMIT);
    lab.time.run(SOON);
    assertOnePairEach(lab, 3);
    assertThat(lab.left.count("ike-rekeyed-initiator")).isEqualTo(1);
    assertThat(lab.lost + lab.held).isZero();
  }

  @Test
  void aStartOfBothSidesAtTheSameTimeForgetsNothing() {
    Lab lab = Lab.withNet();
    // The left side's IKE_AUTH was built when nothing was up, and comes when the right side's is.
    lab.net.setWeather(
        d ->
            List.of(
                Duration.ofMillis(
                    d.local().getAddress().equals(Config.address("192.0.2.1"))
                            && d.octets()[18] == 35
                            && (d.octets()[19] & 0x20) == 0
                        ? 200
                        : 5)));
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.right.engine.initiate("to-left", "net", LIMIT);
    lab.time.run(Duration.ofMillis(150));
    assertThat(lab.right.children()).hasSize(1);
    lab.traffic("net");
    lab.time.run(SOON);
    assertThat(lab.right.count("ike-forgotten")).isZero();
    assertThat(lab.right.onlySa().initiatorSpi()).isEqualTo(lab.left.onlySa().initiatorSpi());
    lab.assertOnePair("net");
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
  }

  // --- what has no successor ------------------------------------------------------------------

  @Test
  void whatThePeerDoesNotAskForAgainGoesAfterAWhile() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(30));
    assertThat(forgotten(lab).children()).extracting(ChildSaStatus::name).contains("c1", "c2");
    assertThat(lab.lost + lab.held).isZero();

    lab.time.run(Duration.ofSeconds(4));
    assertThat(lab.right.onlySa().children()).extracting(ChildSaStatus::name).containsExactly("c0");
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .hasSize(2)
        .allSatisfy(
            e ->
                assertThat(e.reason())
                    .contains("INITIAL_CONTACT")
                    .contains("did not ask again for 2 of its children within 30 s"));
    assertThat(lab.right.plane.sas()).hasSize(2);
  }

  @Test
  void eachThatComesGivesTheOthersTime() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(25));
    ask(lab, 1, 2);
    lab.time.run(Duration.ofSeconds(25));
    ask(lab, 2, 3);
    lab.time.run(SOON);
    assertOnePairEach(lab, 3);
    assertThat(lab.lost + lab.held).isZero();
  }

  @Test
  void aNewLifeThatDiesAtOnceDoesNotKeepTheOldOneForEver() {
    Lab lab = up(left(3), right(3).dpd(Duration.ofSeconds(10)), 3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(5));
    lab.net.dead();
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.plane.sas()).isEmpty();
    assertThat(lab.right.plane.claims()).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).hasSize(3);
  }

  @Test
  void onePeerThatStartsAnewAllTheTimeDoesNotFillThePlane() {
    Lab lab = up(2);
    for (int i = 0; i < 12; i++) {
      rebirth(lab, left(2));
      ask(lab, 0, 2);
      lab.time.run(Duration.ofSeconds(2));
    }
    assertThat(lab.right.engine.snapshot()).hasSizeLessThanOrEqualTo(5);
    assertThat(lab.right.plane.sas(Direction.OUTBOUND)).hasSizeLessThanOrEqualTo(10);
    lab.time.run(Duration.ofSeconds(40));
    assertOnePairEach(lab, 2);
  }

  @Test
  void oneWithoutChildrenGoesAtOnce() {
    Lab lab = up(1);
    lab.right.get(lab.right.engine.terminate(new Selection.Child("to-left", "c0"), LIMIT));
    rebirth(lab, left(1));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofMillis(500));
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.onlySa().children()).hasSize(1);
  }

  // --- nothing is asked on it -----------------------------------------------------------------

  @Test
  void nothingIsAskedOnAForgottenIkeSa() {
    Lab lab =
        up(
            left(3),
            right(3)
                .dpd(Duration.ofSeconds(10))
                .ikeRekey(Duration.ofSeconds(15))
                .childLife(14, 3600),
            3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofMillis(500));
    long old = forgotten(lab).initiatorSpi();
    int sent = lab.net.sent().size();
    lab.time.run(Duration.ofSeconds(29));
    assertThat(forgotten(lab).children()).hasSize(2);
    assertThat(sentBy(lab, sent)).isNotEmpty().doesNotContain(old);
    assertThat(lab.right.count("ike-retransmissions")).isZero();
    assertThat(lab.right.count("ike-peers-dead")).isZero();
    assertThat(lab.lost + lab.held).isZero();
  }

  @Test
  void aLivenessCheckThatIsUnderWayEndsNothing() {
    // The peer is gone for a while: questions to it are out when it comes back.
    Lab lab = up(left(3), right(3).dpd(Duration.ofSeconds(3)).childLife(3, 3600), 3);
    rebirth(lab, left(3));
    lab.net.dead();
    lab.time.run(Duration.ofSeconds(60));
    assertThat(lab.right.count("ike-retransmissions")).isPositive();
    assertThat(lab.right.engine.snapshot()).hasSize(1);
    lab.net.fine();
    ask(lab, 0, 3);
    lab.time.run(Duration.ofSeconds(3));
    assertThat(forgotten(lab).children()).hasSize(3);
    lab.time.run(SOON);
    assertOnePairEach(lab, 3);
    assertThat(lab.lost + lab.held).isZero();
    assertThat(lab.right.count("ike-peers-dead")).isZero();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void aHardLifetimeIsKeptWithoutAWord() {
    Lab lab = up(left(2), right(2).childLife(0, 20), 2);
    rebirth(lab, left(2));
    lab.time.run(Duration.ofSeconds(8));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(5));
    long old = forgotten(lab).initiatorSpi();
    int sent = lab.net.sent().size();
    assertThat(lab.right.plane.outboundOf("c1")).isPresent();
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.plane.outboundOf("c1")).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("lifetime"));
    assertThat(lab.right.onlySa().state()).as("it was the last one").isEqualTo("ESTABLISHED");
    assertThat(sentBy(lab, sent)).doesNotContain(old);
  }

  @Test
  void whatThePlaneLosesMeanwhileGoesAtOnce() {
    Lab lab = up(2);
    rebirth(lab, left(2));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(5));
    var burnt = lab.right.plane.outboundOf("c1").orElseThrow().sa();
    lab.right.plane.tell(
        new SadEvent.Burnt(burnt.child(), "plane", new Generation(2), "device restarted"));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.plane.outboundOf("c1")).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).hasSize(1);
    ask(lab, 1, 2);
    lab.time.run(SOON);
    assertOnePairEach(lab, 2);
  }

  // --- what people and others do meanwhile ----------------------------------------------------

  @Test
  void unloadingTheConnectionEndsItAtOnce() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.get(lab.right.engine.unload("to-left", LIMIT))).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.plane.sas()).isEmpty();
    assertThat(lab.right.plane.claims()).isEmpty();
    lab.time.run(BOUND);
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  @Test
  void aChildThatIsTakenOutOfTheConfigurationGoesAtOnce() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(1));
    long old = forgotten(lab).initiatorSpi();
    int sent = lab.net.sent().size();
    lab.right.load(right(2).build());
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.plane.outboundOf("c2")).isEmpty();
    assertThat(lab.right.plane.outboundOf("c1")).isPresent();
    assertThat(sentBy(lab, sent)).doesNotContain(old);
  }

  @Test
  void peopleMayEndWhatIsForgottenAndCannotRekeyIt() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(1));
    List<ChildSaStatus> left =
        forgotten(lab).children().stream().filter(c -> !c.name().equals("c0")).toList();
    var rekey = lab.right.engine.rekey(new Selection.ChildUid(left.get(0).uid()), LIMIT);
    assertThat(lab.right.get(rekey).outcome().reason()).contains("started anew");
    var ike = lab.right.engine.rekey(new Selection.IkeUid(forgotten(lab).uid()), LIMIT);
    assertThat(lab.right.get(ike).outcome().reason()).contains("FORGOTTEN");
    var end = lab.right.engine.terminate(new Selection.ChildUid(left.get(0).uid()), LIMIT);
    assertThat(lab.right.get(end).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.right.plane.outboundOf(left.get(0).name())).isEmpty();
    assertThat(lab.right.plane.outboundOf(left.get(1).name())).isPresent();
    var all = lab.right.engine.terminate(new Selection.IkeUid(forgotten(lab).uid()), LIMIT);
    assertThat(lab.right.get(all).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
  }

  @Test
  void ourOwnNewChildrenGoToTheNewIkeSa() {
    Lab lab = new Lab();
    lab.load(left(3), right(3));
    ask(lab, 0, 2);
    lab.time.run(Duration.ofSeconds(2));
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.initiate("to-left", "c2").outcome()).isEqualTo(Outcome.ok());
    assertThat(forgotten(lab).children()).extracting(ChildSaStatus::name).contains("c0", "c1");
    assertThat(forgotten(lab).children()).extracting(ChildSaStatus::name).doesNotContain("c2");
  }

  @Test
  void closingTheEngineMeanwhileDeletesNothing() {
    Lab lab = up(3);
    rebirth(lab, left(3));
    ask(lab, 0, 1);
    lab.time.run(Duration.ofSeconds(1));
    int sas = lab.right.plane.sas().size();
    lab.right.engine.close();
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.right.plane.sas()).hasSize(sas);
    for (int i = 0; i < 3; i++) {
      assertThat(lab.right.plane.outboundOf("c" + i)).isPresent();
    }
  }

  @Test
  void aPeerThatLostItsPlaneTooGetsTrafficBackSoon() {
    Lab lab = new Lab(EngineSettings.defaults());
    lab.load(left(2), right(2));
    ask(lab, 0, 2);
    lab.time.run(Duration.ofSeconds(2));
    for (FakePlane.Installed each : List.copyOf(lab.left.plane.sas())) {
      lab.left.plane.remove(each.sa().id(), LIMIT);
    }
    lab.time.run(Duration.ofSeconds(1));
    rebirth(lab, left(2));
    ask(lab, 0, 2);
    lab.time.run(Duration.ofSeconds(4));
    lab.traffic("c0");
    lab.traffic("c1");
    lab.time.run(SOON);
    assertThat(lab.lost + lab.held).isZero();
    assertOnePairEach(lab, 2);
  }
}
