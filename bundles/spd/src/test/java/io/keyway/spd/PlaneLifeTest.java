package io.keyway.spd;

import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.REFUSED;
import static io.keyway.api.Outcome.Kind.SAME;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.testing.FakePlane;
import io.keyway.testing.MemoryStateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Planes that come, go and restart; owners and instances that do. */
class PlaneLifeTest extends SpdBench {

  // ---- planes come, go and restart ----------------------------------------------------------

  @Test
  void claimsWithoutAPlaneAreRememberedAndWrittenWhenItComes() {
    Policy early =
        new Policy(
            hold("t"), "ipu-7", Direction.OUTBOUND, PAIR, Priorities.HOLD, new PolicyAction.Hold());
    Outcome outcome = put(early);
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(outcome.reason()).startsWith("data plane ipu-7 is not there (no service)");
    FakePlane late = FakePlane.narrow("ipu-7");
    spd.bind(late);
    time.settle();
    assertThat(put(early).kind()).isEqualTo(UNAVAILABLE);
    late.connect();
    time.settle();
    assertThat(late.policies).hasSize(1);
    assertThat(entry(hold("t")).programmed()).isTrue();
  }

  @Test
  void afterARestartTheHoldsComeFirstInOneRequest() {
    List<String> others = new ArrayList<>();
    for (int i = 1; i <= 300; i++) {
      SelectorPair pair = pair("10.1.0.1", "10.3." + i / 250 + "." + i % 250);
      others.add("s" + i);
      put(holding("s" + i, pair));
      put(protecting("c" + i, "s" + i, pair, i));
      select("c" + i, "s" + i);
    }
    put(
        new Policy(
            new ChildId(TUNNELS, "policy/b", "policy b"),
            "ipu-1",
            Direction.OUTBOUND,
            pair("10.1.0.1", "10.4.0.1"),
            Priorities.STATIC,
            new PolicyAction.Bypass()));
    plane.requests.clear();
    plane.restart();
    time.settle();
    assertThat(plane.requests).hasSize(2);
    assertThat(plane.requests.get(0))
        .hasSize(300)
        .allMatch(
            change ->
                change instanceof PlaneChange.PutPolicy put
                    && put.action() instanceof PolicyAction.Hold);
    assertThat(plane.requests.get(1)).hasSize(1);
    assertThat(plane.policies).hasSize(301);
  }

  @Test
  void childOfAnEarlierLifeCannotBeSelectedAndItsPlaceIsHeldEvenWithoutAHold() {
    established("c1", 1);
    plane.doubt();
    time.settle();
    assertThat(onDevice()).as("the row may still be there").isInstanceOf(PolicyAction.Hold.class);
    Outcome outcome = select("c1", "t");
    assertThat(outcome.kind()).isEqualTo(REFUSED);
    assertThat(outcome.reason()).contains("restarted");
    established("c2", 2);
    assertThat(onDevice()).isEqualTo(sa(2));
    now(spd.remove(child("c1", "t"), TIMEOUT));
    assertThat(onDevice()).isEqualTo(sa(2));
    now(spd.remove(child("c2", "t"), TIMEOUT));
    assertThat(plane.policies).isEmpty();
  }

  @Test
  void holdsDoNotWaitForAWriteOfTheEarlierLife() {
    put(holding("t", PAIR));
    established("c1", 1);
    put(protecting("c2", "t", PAIR, 2));
    plane.slow(true);
    CompletionStage<Outcome> stuck = spd.select(child("c2", "t"), TIMEOUT);
    time.settle();
    plane.restart();
    time.settle();
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(now(stuck).kind()).isEqualTo(UNKNOWN);
    plane.slow(false);
    plane.answer();
    time.settle();
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
  }

  @Test
  void removalWhileThePlaneIsDownLeavesNothingWhenItIsBack() {
    put(holding("t", PAIR));
    plane.disconnect("cable");
    time.settle();
    assertThat(now(spd.remove(hold("t"), TIMEOUT)).kind()).isEqualTo(UNAVAILABLE);
    assertThat(plane.policies).hasSize(1);
    plane.connect();
    time.settle();
    assertThat(plane.policies).isEmpty();
  }

  @Test
  void planeDownIsToldAndSelectChangesNothing() {
    put(holding("t", PAIR));
    put(protecting("c1", "t", PAIR, 1));
    plane.disconnect("connection refused");
    time.settle();
    Outcome outcome = select("c1", "t");
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(outcome.reason()).contains("connection refused");
    plane.connect();
    time.settle();
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
  }

  // ---- counters, owners, hand-over ----------------------------------------------------------

  @Test
  void usageIsThatOfThePlacesAndSurvivesTheRekey() {
    put(holding("t", PAIR));
    established("c1", 1);
    plane.counters.put(PAIR, Usage.of(7, 700));
    assertThat(now(spd.usage(hold("t"), TIMEOUT))).isEqualTo(Usage.of(7, 700));
    assertThat(now(spd.usage(child("c1", "t"), TIMEOUT))).isEqualTo(Usage.of(7, 700));
    assertThat(now(spd.usage(child("zz", "t"), TIMEOUT))).isEqualTo(Usage.ABSENT);
  }

  @Test
  void whatInboundPlacesLetInIsAskedApart() {
    plane.can(FakePlane.capabilities(SelectorShape.FIVE_TUPLE, true));
    put(holding("t", PAIR));
    established("c1", 1);
    plane.counters.put(PAIR, Usage.of(7, 700));
    plane.inboundCounters.put(PAIR, Usage.of(3, 300));
    assertThat(now(spd.received(child("c1", "t"), TIMEOUT)))
        .as("it has no inbound place")
        .isEqualTo(Usage.ABSENT);
    put(letting("c1", "t", PAIR, 1));
    select("c1", "t");
    assertThat(now(spd.received(child("c1", "t"), TIMEOUT))).isEqualTo(Usage.of(3, 300));
    assertThat(now(spd.usage(child("c1", "t"), TIMEOUT))).isEqualTo(Usage.of(7, 700));
    plane.disconnect("connection refused");
    assertThat(now(spd.received(child("c1", "t"), TIMEOUT))).isEqualTo(Usage.ABSENT);
  }

  @Test
  void flushTakesOneLifeOfAnOwnerOnly() {
    put(holding("t", PAIR));
    established("c1", 1);
    assertThat(now(spd.flush("ike-native", Optional.of("e0"), TIMEOUT))).isEmpty();
    assertThat(now(spd.flush("ike-native", Optional.of("e1"), TIMEOUT)))
        .hasSize(1)
        .allMatch(Outcome::done);
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
  }

  @Test
  void anotherLifeOfTheOwnerPutsTheSameClaim() {
    put(holding("t", PAIR));
    ChildId reborn = new ChildId(new Owner("tunnels", "t2"), "hold/t", "t");
    Policy again =
        new Policy(
            reborn, "ipu-1", Direction.OUTBOUND, PAIR, Priorities.HOLD, new PolicyAction.Hold());
    assertThat(put(again).kind()).isEqualTo(SAME);
    assertThat(now(spd.flush("tunnels", Optional.of("t1"), TIMEOUT))).isEmpty();
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(now(spd.remove(reborn, TIMEOUT)).kind()).isEqualTo(OK);
    assertThat(plane.policies).isEmpty();
  }

  @Test
  void theNextInstanceTakesOverWithoutAWrite() {
    put(holding("t", PAIR));
    established("c1", 1);
    put(protecting("c2", "t", PAIR, 2));
    List<SpdService.Entry> before = spd.entries();
    int requests = plane.requests.size();
    MemoryStateStore store = new MemoryStateStore();
    spd.close(Optional.of(store));
    spd.unbind(plane);
    open();
    spd.restore(store);
    spd.bind(plane);
    time.settle();
    assertThat(plane.requests).hasSize(requests);
    assertThat(plane.listeners()).isEqualTo(1);
    assertThat(spd.entries()).isEqualTo(before);
    assertThat(put(holding("t", PAIR)).kind()).isEqualTo(SAME);
    now(spd.remove(child("c1", "t"), TIMEOUT));
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(select("c2", "t").kind()).isEqualTo(OK);
  }

  @Test
  void writeInFlightAtTheHandOverIsWrittenAgain() {
    put(holding("t", PAIR));
    established("c1", 1);
    plane.slow(true);
    plane.lying(change -> Optional.empty());
    CompletionStage<Outcome> stuck = spd.remove(child("c1", "t"), TIMEOUT);
    time.settle();
    MemoryStateStore store = new MemoryStateStore();
    spd.close(Optional.of(store));
    assertThat(now(stuck).kind()).isEqualTo(UNKNOWN);
    plane.loseAnswers();
    plane.slow(false);
    plane.requests.clear();
    open();
    spd.bind(plane);
    time.settle();
    spd.restore(store);
    time.settle();
    assertThat(plane.requests).hasSize(1);
    assertThat(entry(hold("t")).programmed()).isTrue();
  }

  @Test
  void planeThatRestartedMeanwhileIsHeldFirst() {
    put(holding("t", PAIR));
    established("c1", 1);
    MemoryStateStore store = new MemoryStateStore();
    spd.close(Optional.of(store));
    spd.unbind(plane);
    plane.restart();
    open();
    spd.restore(store);
    spd.bind(plane);
    time.settle();
    assertThat(onDevice()).isInstanceOf(PolicyAction.Hold.class);
    assertThat(select("c1", "t").kind()).isEqualTo(REFUSED);
  }
}
