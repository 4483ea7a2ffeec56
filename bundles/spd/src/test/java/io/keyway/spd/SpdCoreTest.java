package io.keyway.spd;

import static io.keyway.api.Outcome.Kind.ABSENT;
import static io.keyway.api.Outcome.Kind.CONFLICT;
import static io.keyway.api.Outcome.Kind.FULL;
import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.REFUSED;
import static io.keyway.api.Outcome.Kind.SAME;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.testing.FakePlane;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What claims do to a plane. */
class SpdCoreTest extends SpdBench {

  // ---- one tunnel's life --------------------------------------------------------------------

  @Test
  void holdProtectRekeyAndBackAreOneWriteEach() {
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(OK);
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(SAME);

    assertThat(put(protecting("c1", "t", PAIR, 1)).kind()).isEqualTo(OK);
    assertThat(onDevice()).as("asleep").isInstanceOf(PolicyAction.Hold.class);
    assertThat(select("c1", "t").kind()).isEqualTo(OK);
    assertThat(onDevice()).isEqualTo(sa(1));
    assertThat(select("c1", "t").kind()).isEqualTo(SAME);

    established("c2", 2);
    assertThat(onDevice()).isEqualTo(sa(2));
    assertThat(now(spd.remove(child("c1", "t"), TIMEOUT)).kind()).isEqualTo(OK);
    assertThat(onDevice()).isEqualTo(sa(2));

    assertThat(now(spd.remove(child("c2", "t"), TIMEOUT)).kind()).isEqualTo(OK);
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(now(spd.remove(hold("t"), TIMEOUT)).kind()).isEqualTo(OK);
    assertThat(plane.policies).isEmpty();
    assertThat(now(spd.remove(hold("t"), TIMEOUT)).kind()).isEqualTo(ABSENT);

    assertThat(plane.requests).hasSize(5);
    assertThat(plane.requests).allMatch(request -> request.size() == 1);
    assertThat(spd.entries()).isEmpty();
  }

  @Test
  void lateRemovalOfTheOldChildInEitherOrderIsHarmless() {
    put(holding("t", PAIR));
    established("c1", 1);
    established("c2", 2);
    now(spd.remove(child("c2", "t"), TIMEOUT));
    assertThat(onDevice()).as("the old one still lives").isEqualTo(sa(1));
    now(spd.remove(child("c1", "t"), TIMEOUT));
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
  }

  @Test
  void rowSharedByTwoSelectorPairsOfOneTunnelGoesWithTheLast() {
    SelectorPair other = pair("10.1.0.9", "10.2.0.1");
    put(protecting("c1", "t", PAIR, 1));
    put(protecting("c1", "t", other, 1));
    assertThat(select("c1", "t").kind()).isEqualTo(OK);
    put(protecting("c2", "t", other, 2));
    assertThat(plane.policies).hasSize(1);
    now(spd.remove(child("c1", "t"), TIMEOUT));
    assertThat(plane.policies).isEmpty();
    assertThat(select("c2", "t").kind()).isEqualTo(OK);
    assertThat(plane.policies).hasSize(1);
  }

  @Test
  void operatorsBypassStandsAboveAndGivesBackWhatWasBelow() {
    put(holding("t", PAIR));
    Policy bypass =
        new Policy(
            new ChildId(TUNNELS, "policy/b", "policy b"),
            "ipu-1",
            Direction.OUTBOUND,
            PAIR,
            Priorities.STATIC + 5,
            new PolicyAction.Bypass());
    assertThat(put(bypass).kind()).isEqualTo(OK);
    assertThat(onDevice()).isInstanceOf(PolicyAction.Bypass.class);
    now(spd.remove(bypass.child(), TIMEOUT));
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
  }

  // ---- what is refused ----------------------------------------------------------------------

  @Test
  void tunnelsThatThePlaneCannotTellApartCollideBeforeAnythingIsWritten() {
    put(holding("site-a", PAIR));
    int requests = plane.requests.size();
    Outcome outcome = put(holding("site-b", pair("10.9.0.1", "10.2.0.1")));
    assertThat(outcome.kind()).isEqualTo(CONFLICT);
    assertThat(outcome.reason()).contains("'site-a'").contains("'site-b'").contains("10.9.0.1");
    assertThat(plane.requests).hasSize(requests);
    assertThat(put(protecting("c9", "site-b", pair("10.9.0.1", "10.2.0.1"), 9)).kind())
        .isEqualTo(CONFLICT);
    now(spd.remove(hold("site-a"), TIMEOUT));
    assertThat(put(holding("site-b", pair("10.9.0.1", "10.2.0.1"))).kind()).isEqualTo(OK);
  }

  @Test
  void childOfATunnelDoesNotCollideWithTheTunnelsHoldWhenItsSelectorsWereNarrowed() {
    put(holding("site", PAIR));
    SelectorPair narrowed = pair("10.1.0.7", "10.2.0.1");
    assertThat(put(protecting("c1", "site/tcp", narrowed, 1)).kind()).isEqualTo(OK);
    assertThat(put(protecting("c2", "sites", narrowed, 2)).kind()).isEqualTo(CONFLICT);
  }

  @Test
  void fillersGiveWayToEverybody() {
    SelectorPair wide = pair("10.9.0.1", "10.2.0.1");
    Policy filler =
        new Policy(hold("wide"), "ipu-1", Direction.OUTBOUND, wide, 50, new PolicyAction.Hold());
    assertThat(put(filler).kind()).isEqualTo(OK);
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(OK);
    established("c1", 1);
    assertThat(onDevice()).isEqualTo(sa(1));
    now(spd.remove(child("c1", "t"), TIMEOUT));
    now(spd.remove(hold("t"), TIMEOUT));
    assertThat(onDevice()).as("still filled").isInstanceOf(PolicyAction.Hold.class);
  }

  @Test
  void selectorsThatThePlaneCannotMatchAreRefusedInItsWords() {
    SelectorPair subnet =
        new SelectorPair(
            TrafficSelector.host(address("10.1.0.1"), 6),
            TrafficSelector.prefix(address("10.2.0.0"), 24).withProtocol(6));
    Outcome outcome = put(holding("t", subnet));
    assertThat(outcome.kind()).isEqualTo(REFUSED);
    assertThat(outcome.reason()).contains("10.2.0.0/24");
    assertThat(spd.entries()).isEmpty();
  }

  @Test
  void inboundPoliciesGoOnlyToPlanesThatHaveThem() {
    Policy inbound =
        new Policy(
            hold("t"), "ipu-1", Direction.INBOUND, PAIR, Priorities.HOLD, new PolicyAction.Hold());
    assertThat(put(inbound).kind()).isEqualTo(OK);
    assertThat(plane.requests).isEmpty();
    FakePlane wide = FakePlane.wide("dpdk");
    spd.bind(wide);
    wide.connect();
    time.settle();
    put(
        new Policy(
            hold("t"), "dpdk", Direction.INBOUND, PAIR, Priorities.HOLD, new PolicyAction.Hold()));
    assertThat(wide.policies).hasSize(1);
  }

  // ---- failures -----------------------------------------------------------------------------

  @Test
  void selectThatFailsLeavesTheOldChildProgrammedAndTheNewAsleep() {
    put(holding("t", PAIR));
    established("c1", 1);
    put(protecting("c2", "t", PAIR, 2));
    plane.failing(change -> Optional.of(Outcome.full("no row")));
    assertThat(select("c2", "t").kind()).isEqualTo(FULL);
    plane.failing(change -> Optional.empty());
    time.advance(Duration.ofMinutes(2));
    assertThat(onDevice()).isEqualTo(sa(1));
    assertThat(entry(child("c2", "t")).awake()).isFalse();
    assertThat(entry(child("c1", "t")).programmed()).isTrue();
    assertThat(select("c2", "t").kind()).isEqualTo(OK);
  }

  @Test
  void selectWithLostAnswerIsUnknownAndTheOldChildIsWrittenAgain() {
    put(holding("t", PAIR));
    established("c1", 1);
    put(protecting("c2", "t", PAIR, 2));
    plane.lying(change -> Optional.of(Outcome.unknown("answer lost")));
    assertThat(select("c2", "t").kind()).isEqualTo(UNKNOWN);
    assertThat(onDevice()).isEqualTo(sa(2));
    assertThat(entry(child("c1", "t")).programmed()).as("nothing is sure").isFalse();
    plane.lying(change -> Optional.empty());
    time.advance(Duration.ofSeconds(2));
    assertThat(onDevice()).isEqualTo(sa(1));
    assertThat(entry(child("c1", "t")).programmed()).isTrue();
  }

  @Test
  void removalWithLostAnswerIsRepeatedUntilTheHoldIsConfirmed() {
    put(holding("t", PAIR));
    established("c1", 1);
    plane.failing(change -> Optional.of(Outcome.unknown("answer lost")));
    assertThat(now(spd.remove(child("c1", "t"), TIMEOUT)).kind()).isEqualTo(UNKNOWN);
    plane.failing(change -> Optional.empty());
    time.advance(Duration.ofSeconds(2));
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(entry(hold("t")).programmed()).isTrue();
  }

  @Test
  void holdThatFindsNoRoomIsRememberedAndWrittenWhenThereIs() {
    plane.tableSize(1);
    put(holding("a", PAIR));
    Policy second = holding("b", pair("10.1.0.1", "10.2.0.2"));
    assertThat(put(second).kind()).isEqualTo(FULL);
    assertThat(entry(hold("b")).problem()).contains("full");
    now(spd.remove(hold("a"), TIMEOUT));
    time.advance(Duration.ofSeconds(30));
    assertThat(entry(hold("b")).programmed()).isTrue();
    assertThat(entry(hold("b")).problem()).isEmpty();
  }

  @Test
  void whatThePlaneRefusesIsNotTriedAgainByItself() {
    plane.failing(change -> Optional.of(Outcome.refused("unsupported")));
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(REFUSED);
    int requests = plane.requests.size();
    time.advance(Duration.ofMinutes(5));
    assertThat(plane.requests).hasSize(requests);
    plane.failing(change -> Optional.empty());
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(OK);
  }

  @Test
  void slowPlaneAnswersWithinTheCallersTimeAndTheClaimStands() {
    plane.slow(true);
    CompletionStage<Outcome> first = spd.put(holding("a", PAIR), Duration.ofMillis(100));
    time.settle();
    CompletionStage<Outcome> second =
        spd.put(holding("b", pair("10.1.0.1", "10.2.0.2")), Duration.ofMillis(100));
    time.advance(Duration.ofMillis(150));
    assertThat(now(first).kind()).isEqualTo(UNKNOWN);
    assertThat(now(second).kind()).isEqualTo(UNAVAILABLE);
    plane.slow(false);
    plane.answer();
    time.settle();
    assertThat(spd.entries()).allMatch(SpdService.Entry::programmed);
  }

  @Test
  void slowPlaneDoesNotDelayAnother() {
    FakePlane other = FakePlane.narrow("ipu-2");
    spd.bind(other);
    other.connect();
    time.settle();
    plane.slow(true);
    CompletionStage<Outcome> stuck = spd.put(holding("a", PAIR), TIMEOUT);
    Policy quick =
        new Policy(
            hold("b"), "ipu-2", Direction.OUTBOUND, PAIR, Priorities.HOLD, new PolicyAction.Hold());
    assertThat(put(quick).kind()).isEqualTo(OK);
    assertThat(stuck.toCompletableFuture()).isNotDone();
  }
}
