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
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.testing.FakePlane;
import io.keyway.testing.ManualTime;
import io.keyway.testing.MemoryStateStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpdCoreTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Owner TUNNELS = new Owner("tunnels", "t1");
  private static final Owner ENGINE = new Owner("ike-native", "e1");
  private static final InetAddress LOCAL = address("192.0.2.1");
  private static final InetAddress REMOTE = address("192.0.2.2");
  private static final SelectorPair PAIR = pair("10.1.0.1", "10.2.0.1");

  private final ManualTime time = new ManualTime();
  private final FakePlane plane = FakePlane.narrow("ipu-1");
  private SpdCore spd;

  @BeforeEach
  void start() {
    open();
    spd.bind(plane);
    plane.connect();
    time.settle();
  }

  private void open() {
    spd = new SpdCore(new SpdEnvironment(time, time::schedule, SpdEnvironment.Settings.DEFAULT));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static SelectorPair pair(String local, String remote) {
    return new SelectorPair(
        TrafficSelector.host(address(local), 6), TrafficSelector.host(address(remote), 6));
  }

  private static ChildId hold(String connection) {
    return new ChildId(TUNNELS, "hold/" + connection, connection);
  }

  private static ChildId child(String uid, String connection) {
    return new ChildId(ENGINE, uid, connection);
  }

  private static Policy holding(String connection, SelectorPair pair) {
    return new Policy(
        hold(connection),
        "ipu-1",
        Direction.OUTBOUND,
        pair,
        Priorities.HOLD,
        new PolicyAction.Hold());
  }

  private static PolicyAction.Protect sa(int index) {
    return new PolicyAction.Protect(
        new SaId("ipu-1", Direction.OUTBOUND, new Spi(0x1000 + index), REMOTE, index),
        IpsecMode.TUNNEL,
        Endpoints.of(LOCAL, REMOTE));
  }

  private static Policy protecting(String uid, String connection, SelectorPair pair, int index) {
    return new Policy(
        child(uid, connection), "ipu-1", Direction.OUTBOUND, pair, Priorities.PROTECT, sa(index));
  }

  private <T> T now(CompletionStage<T> stage) {
    time.settle();
    assertThat(stage.toCompletableFuture()).as("answered").isDone();
    return stage.toCompletableFuture().join();
  }

  private Outcome put(Policy policy) {
    return now(spd.put(policy, TIMEOUT));
  }

  private Outcome select(String uid, String connection) {
    return now(spd.select(child(uid, connection), TIMEOUT));
  }

  private void established(String uid, int index) {
    assertThat(put(protecting(uid, "t", PAIR, index)).kind()).isEqualTo(OK);
    assertThat(select(uid, "t").kind()).isEqualTo(OK);
  }

  private PolicyAction onDevice() {
    return plane.actionFor(PAIR).orElse(null);
  }

  private SpdService.Entry entry(ChildId child) {
    return spd.entries().stream()
        .filter(e -> e.policy().child().uid().equals(child.uid()))
        .findFirst()
        .orElseThrow();
  }

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
    assertThat(store.records).isEmpty();
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

  // ---- never in clear -----------------------------------------------------------------------

  /**
   * Two tunnels live through a random life: rekeys in any order, failures, lost answers, doubts and
   * restarts. After every single change of the device, a held selector is dropped or protected.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void noIntermediateStateIsClear(long seed) {
    Random random = new Random(seed);
    SelectorPair[] pairs = {PAIR, pair("10.1.0.1", "10.2.0.2")};
    put(holding("t0", pairs[0]));
    put(holding("t1", pairs[1]));
    plane.watch(
        change -> {
          for (SelectorPair pair : pairs) {
            assertThat(plane.actionFor(pair))
                .as("after %s", change)
                .hasValueSatisfying(
                    action -> assertThat(action).isNotInstanceOf(PolicyAction.Bypass.class));
          }
        });
    List<String> children = new ArrayList<>();
    for (int step = 0; step < 400; step++) {
      int tunnel = random.nextInt(2);
      switch (random.nextInt(9)) {
        case 0, 1 -> {
          String uid = tunnel + "-" + step;
          spd.put(protecting(uid, "t" + tunnel, pairs[tunnel], step), TIMEOUT);
          children.add(uid);
        }
        case 2, 3 -> {
          if (!children.isEmpty()) {
            String uid = children.get(random.nextInt(children.size()));
            spd.select(child(uid, "t" + uid.charAt(0)), TIMEOUT);
          }
        }
        case 4, 5 -> {
          if (!children.isEmpty()) {
            String uid = children.remove(random.nextInt(children.size()));
            spd.remove(child(uid, "t" + uid.charAt(0)), TIMEOUT);
          }
        }
        case 6 -> {
          Outcome outcome =
              List.of(
                      Outcome.unknown("lost"),
                      Outcome.full("full"),
                      Outcome.unavailable("busy"),
                      Outcome.refused("no"))
                  .get(random.nextInt(4));
          boolean made = random.nextBoolean();
          plane.lying(c -> made ? Optional.of(Outcome.unknown("lost")) : Optional.empty());
          plane.failing(c -> made ? Optional.empty() : Optional.of(outcome));
        }
        case 7 -> {
          plane.failing(c -> Optional.empty());
          plane.lying(c -> Optional.empty());
          plane.slow(random.nextBoolean());
        }
        default -> {
          if (random.nextInt(10) == 0) {
            plane.doubt();
          }
          if (random.nextBoolean()) {
            plane.answer();
          }
          time.advance(Duration.ofMillis(random.nextInt(3000)));
        }
      }
      if (random.nextBoolean()) {
        time.step();
      } else {
        time.settle();
      }
    }
    plane.failing(c -> Optional.empty());
    plane.lying(c -> Optional.empty());
    plane.slow(false);
    plane.answer();
    children.forEach(uid -> spd.remove(child(uid, "t" + uid.charAt(0)), TIMEOUT));
    time.advance(Duration.ofMinutes(2));
    assertThat(plane.policies.values())
        .hasSize(2)
        .allMatch(put -> put.action() instanceof PolicyAction.Hold);
    assertThat(spd.entries()).hasSize(2).allMatch(SpdService.Entry::programmed);
  }
}
