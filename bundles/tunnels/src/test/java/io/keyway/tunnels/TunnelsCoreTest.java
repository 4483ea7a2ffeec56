package io.keyway.tunnels;

import static io.keyway.tunnels.FakeIntent.policy;
import static io.keyway.tunnels.FakeIntent.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TunnelsCoreTest {

  private final ManualLoop loop = new ManualLoop();
  private final FakeIntent intent = new FakeIntent();
  private final FakePlane plane = new FakePlane("ipu-1");
  private final FakeSpd spd = new FakeSpd();
  private final FakeSad sad = new FakeSad();
  private final FakeEngine engine = new FakeEngine();
  private final List<TunnelEvent> told = new ArrayList<>();
  private TunnelsCore core;

  @BeforeEach
  void start() {
    core = new TunnelsCore(loop, "now", new SplittableRandom(1));
    core.subscribe(told::add);
    core.setIntentStore(intent);
    core.addPlane(plane);
    core.setSpd(spd);
    core.setSad(sad);
    core.setEngine(engine);
  }

  private TunnelStatus status(String name) {
    return core.statuses().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void holdsBeforeTheEngineHearsOfTheTunnel() {
    spd.putAnswer = Outcome.unavailable("plane is slow");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(engine.loaded).isEmpty();
    assertThat(status("t").phase()).isEqualTo(Phase.WAITING);
    assertThat(status("t").reason()).contains("could not be held").contains("plane is slow");
    spd.putAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(5));
    assertThat(spd.claims).hasSize(1);
    assertThat(spd.claims.get(0).action()).isEqualTo(new PolicyAction.Hold());
    assertThat(spd.claims.get(0).direction()).isEqualTo(Direction.OUTBOUND);
    assertThat(engine.calls).containsExactly("load gw", "initiate t/udp");
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void oneChildForEachProtocolAndTheRestIsNamed() {
    intent.childPolicies.put(
        "two", policy("two", EncryptionAlgorithm.AES_GCM_16_128, List.of(6, 17)));
    intent.set(tunnel("t", "two", "10.2.0.1/32"));
    assertThat(engine.loaded.get("gw").children())
        .extracting(c -> c.name())
        .containsExactly("t/tcp", "t/udp");
    assertThat(status("t").reason()).contains("protects tcp, udp only").contains("NOT protected");
    assertThat(spd.claims).hasSize(2);
  }

  @Test
  void refusesASubnetByNameAndNegotiatesNothing() {
    intent.set(tunnel("t", "udp", "10.2.0.0/24"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("ipu-1 cannot match a subnet");
    assertThat(engine.loaded).isEmpty();
  }

  @Test
  void refusesAnyProtocolButHoldsWhatItCan() {
    intent.childPolicies.put("any", policy("any", EncryptionAlgorithm.AES_GCM_16_256, List.of()));
    intent.set(tunnel("t", "any", "10.2.0.1/32"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason())
        .contains("cannot match any protocol")
        .contains("passes in CLEAR until this is corrected");
    assertThat(status("t").held()).as("not all of it is").isFalse();
    assertThat(spd.claims).allMatch(p -> p.priority() == Policy.Priorities.FILL);
    assertThat(spd.claims)
        .extracting(p -> p.selectors().remote().protocol())
        .contains(1, 6, 17, 132);
  }

  @Test
  void refusesAProposalThatThePlaneCannotCarryAndHolds() {
    intent.childPolicies.put("cbc", policy("cbc", EncryptionAlgorithm.AES_CBC_256, List.of(17)));
    intent.set(tunnel("t", "cbc", "10.2.0.1/32"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("aes256-sha256").contains("it carries aes128-gcm");
    assertThat(status("t").held()).isTrue();
    assertThat(engine.loaded).isEmpty();
  }

  @Test
  void refusesSelectorsThatWouldCatchOurOwnIke() {
    intent.set(tunnel("t", "udp", "192.0.2.2/32"));
    // The local side is another host, but the tables of this plane see no source.
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("catch our own IKE");
    assertThat(spd.claims).as("nor is it held, or no tunnel of this gateway came up").isEmpty();
    assertThat(status("t").held()).isFalse();
    intent.set(
        new io.keyway.api.intent.IntentObject.Tunnel(
            "t", "gw", "udp", true, List.of(), List.of(), WhenDisabled.HOLD));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("catch our own IKE");
  }

  @Test
  void tellsCollisionsByNameAndHealsWhenTheOtherGoes() {
    intent.set(tunnel("a", "udp", "10.2.0.1/32"), tunnel("b", "udp", "10.2.0.1/32"));
    assertThat(status("a").phase()).isEqualTo(Phase.UP);
    assertThat(status("b").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("b").reason()).contains("collides with tunnel 'a'");
    intent.set(tunnel("b", "udp", "10.2.0.1/32"));
    assertThat(status("b").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void triesAgainWithGrowingPausesAndSaysWhy() {
    engine.initiateAnswer = Outcome.unavailable("no answer from 192.0.2.2");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").reason()).contains("no answer from 192.0.2.2");
    assertThat(status("t").held()).isTrue();
    loop.advance(Duration.ofMinutes(10));
    long tries = engine.calls.stream().filter("initiate t/udp"::equals).count();
    assertThat(tries).isBetween(10L, 25L);
    engine.initiateAnswer = Outcome.ok();
    loop.advance(Duration.ofMinutes(2));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(told).last().isInstanceOf(TunnelEvent.Up.class);
  }

  @Test
  void lossOfTheChildMeansHeldAndNegotiatedAnew() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    engine.initiateAnswer = Outcome.unavailable("peer is gone");
    engine.listener.accept(
        new EngineEvent.ChildDown("gw", "t/udp", engine.lastUid(), "peer is dead"));
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").reason()).contains("peer is dead");
    assertThat(status("t").held()).isTrue();
    engine.initiateAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(10));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(told).anyMatch(e -> e instanceof TunnelEvent.Down);
  }

  @Test
  void endOfAReplacedChildIsNotTheEndOfTheTunnel() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    String old = engine.lastUid();
    engine.listener.accept(new EngineEvent.ChildRekeyed("gw", old, engine.child("t/udp")));
    engine.listener.accept(new EngineEvent.ChildDown("gw", "t/udp", old, "replaced"));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(status("t").rekeys()).isEqualTo(1);
  }

  @Test
  void terminatedStaysDownUntilInitiated() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    core.terminate("t", Duration.ofSeconds(5));
    engine.listener.accept(
        new EngineEvent.ChildDown("gw", "t/udp", engine.lastUid(), "terminated"));
    loop.advance(Duration.ofMinutes(10));
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").reason()).contains("terminated by an operator");
    assertThat(spd.claims).hasSize(1);
    assertThat(core.initiate("t", Duration.ofSeconds(5)).toCompletableFuture().join().outcome())
        .isEqualTo(Outcome.ok());
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void disabledKeepsTheHoldUnlessToldToBypass() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32", false, WhenDisabled.HOLD));
    assertThat(status("t").phase()).isEqualTo(Phase.DISABLED);
    assertThat(spd.claims).hasSize(1);
    assertThat(engine.loaded).isEmpty();
    intent.set(tunnel("t", "udp", "10.2.0.1/32", false, WhenDisabled.BYPASS));
    assertThat(spd.claims).isEmpty();
  }

  @Test
  void removalUnloadsFirstAndDropsTheHoldLast() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    Policy protect = protectClaim("t/udp", "uid-1", "engine-1");
    spd.claims.add(protect);
    intent.set();
    loop.advance(Duration.ofSeconds(1));
    assertThat(engine.calls).contains("unload gw");
    assertThat(spd.claims).as("the hold stays while the engine lets go").hasSize(2);
    spd.claims.remove(protect);
    loop.advance(Duration.ofSeconds(1));
    assertThat(spd.claims).isEmpty();
    assertThat(core.statuses()).isEmpty();
  }

  @Test
  void saysWhichServiceItWaitsFor() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    core.unsetEngine(engine);
    assertThat(status("t").reason()).contains("waiting for an IKE engine");
    core.setEngine(engine);
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    core.unsetSad(sad);
    assertThat(status("t").reason()).contains("waiting for service sad");
    core.setSad(sad);
    core.unsetSpd(spd);
    assertThat(status("t").reason()).contains("waiting for service spd");
    core.setSpd(spd);
    core.removePlane(plane);
    assertThat(status("t").reason()).contains("waiting for data plane ipu-1");
    core.addPlane(plane);
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void saysWhyThePlaneIsNotReady() {
    plane.connection = PlaneStatus.Connection.NO_PIPELINE;
    plane.reason = "the device runs no pipeline; set it";
    spd.putAnswer = Outcome.unavailable("data plane ipu-1 has no pipeline");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(status("t").phase()).isEqualTo(Phase.WAITING);
    assertThat(status("t").reason()).contains("runs no pipeline");
    plane.connection = PlaneStatus.Connection.READY;
    spd.putAnswer = Outcome.ok();
    plane.listener.accept(new PlaneEvent.Up(new Generation(2)));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(told).anyMatch(e -> e instanceof TunnelEvent.PlaneUp);
  }

  @Test
  void newSelectorsAreHeldBeforeTheOldHoldGoes() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.calls.clear();
    intent.set(tunnel("t", "udp", "10.2.0.9/32"));
    assertThat(spd.calls).containsExactly("put t Hold[]", "remove t");
    assertThat(spd.claims).hasSize(1);
    assertThat(spd.claims.get(0).selectors().remote().first().getHostAddress())
        .isEqualTo("10.2.0.9");
  }

  @Test
  void oldInstancesClaimsGoOnlyWhenOursStand() {
    spd.claims.add(holdClaim("t", "before"));
    spd.putAnswer = Outcome.unavailable("not yet");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(spd.calls).noneMatch(call -> call.startsWith("remove"));
    spd.putAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(5));
    assertThat(spd.claims).noneMatch(p -> p.child().owner().instance().equals("before"));
    assertThat(spd.calls.indexOf("remove t"))
        .as("only when ours stands")
        .isGreaterThan(spd.calls.indexOf("put t Hold[]"));
    assertThat(spd.claims).allMatch(p -> p.child().owner().instance().equals("now"));
  }

  @Test
  void leftoversOfAnEarlierEngineGoWhenTheTunnelIsUpAgain() {
    engine.initiateAnswer = Outcome.unavailable("peer is busy");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.claims.add(protectClaim("t/udp", "old-uid", "earlier"));
    core.setSpd(spd);
    assertThat(status("t").reason()).contains("SAs of an earlier engine carry its traffic");
    assertThat(spd.claims).hasSize(2);
    engine.initiateAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(5));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(spd.claims).noneMatch(p -> p.child().uid().equals("old-uid"));
  }

  @Test
  void leftoversOfOtherPeersStayUntilTheyCome() {
    engine.initiateAnswer = Outcome.unavailable("peer is busy");
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    for (String peer : List.of("a", "b")) {
      Policy policy = protectClaim("t/udp", "old-" + peer, "earlier");
      spd.claims.add(
          new Policy(
              policy.child().with(peer),
              policy.plane(),
              policy.direction(),
              policy.selectors(),
              policy.priority(),
              policy.action()));
    }
    core.setSpd(spd);
    engine.peer = "a";
    engine.initiateAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(5));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(spd.claims).noneMatch(p -> p.child().uid().equals("old-a"));
    assertThat(spd.claims).anyMatch(p -> p.child().uid().equals("old-b"));
  }

  @Test
  void leftoversOfATunnelThatIsNotConfiguredAnyMoreGoAtOnceEvenWhenNoneIs() {
    spd.claims.add(protectClaim("gone/udp", "old-uid", "earlier"));
    core.setSpd(spd);
    intent.set();
    assertThat(spd.claims).noneMatch(p -> p.child().uid().equals("old-uid"));
  }

  @Test
  void leftoversOfATunnelWhoseDataPlaneIsNotThereYetStay() {
    core.removePlane(plane);
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.claims.add(protectClaim("t/udp", "old-uid", "earlier"));
    core.setSpd(spd);
    intent.set(tunnel("t", "udp", "10.2.0.1/32"), tunnel("u", "udp", "10.2.0.2/32"));
    assertThat(spd.claims).anyMatch(p -> p.child().uid().equals("old-uid"));
  }

  @Test
  void countersSurviveARestartOfTheDevice() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.claims.add(protectClaim("t/udp", engine.lastUid(), "engine-1"));
    spd.usage = Usage.of(10, 1000);
    loop.advance(Duration.ofSeconds(1));
    spd.usage = Usage.of(3, 300);
    loop.advance(Duration.ofSeconds(1));
    assertThat(status("t").outbound().packets()).isEqualTo(OptionalLong.of(13));
    assertThat(status("t").outbound().bytes()).isEqualTo(OptionalLong.of(1300));
    assertThat(status("t").inbound()).isEqualTo(Usage.ABSENT);
  }

  @Test
  void whatATunnelHoldsIsCountedApartWhetherItIsUpOrNot() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.heldUsage = Usage.of(4, 400);
    loop.advance(Duration.ofSeconds(1));
    assertThat(status("t").heldTraffic()).isEqualTo(Usage.of(4, 400));
    assertThat(status("t").outbound()).isEqualTo(Usage.ABSENT);
    spd.heldUsage = Usage.ABSENT;
    loop.advance(Duration.ofSeconds(1));
    assertThat(status("t").heldTraffic()).as("not forgotten").isEqualTo(Usage.of(4, 400));
  }

  @Test
  void withoutEsnTheSequenceNumbersNeverEnd() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    var lifetime = engine.loaded.get("gw").children().get(0).lifetime();
    assertThat(lifetime.soft().packets()).isPositive().isLessThan(1L << 32);
    assertThat(lifetime.hard().packets())
        .isGreaterThan(lifetime.soft().packets())
        .isLessThan(1L << 32);
  }

  @Test
  void aRefusalIsToldBeforeAnythingIsConfigured() {
    core.addPlaneType(
        new PlaneType() {
          @Override
          public String type() {
            return "infrap4d";
          }

          @Override
          public PlaneModel model(PlaneConfig config) {
            return new FakePlane(config.name());
          }
        });
    var gateway = intent.snapshot().gateways().get("gw");
    var udp = intent.childPolicies.get("udp");
    var known = new PlaneConfig("ipu-7", "infrap4d", Map.of());
    var strange = new PlaneConfig("ipu-8", "vrouter", Map.of());
    assertThat(core.refusal(tunnel("t", "udp", "10.2.0.0/24"), gateway, List.of(), udp, known))
        .hasValueSatisfying(reason -> assertThat(reason).contains("ipu-7 cannot match a subnet"));
    assertThat(core.refusal(tunnel("t", "udp", "10.2.0.1/32"), gateway, List.of(), udp, known))
        .isEmpty();
    assertThat(core.refusal(tunnel("t", "udp", "10.2.0.0/24"), gateway, List.of(), udp, strange))
        .isEmpty();
  }

  @Test
  void whatWasHeldStaysHeldWhenTheNewSelectorsCannotBe() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    intent.set(tunnel("t", "udp", "10.2.0.0/24"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(spd.claims)
        .extracting(p -> p.selectors().remote().toString())
        .contains("10.2.0.1/32[17]");
  }

  @Test
  void aSubnetIsHeldHostByHostAndGivesWay() {
    intent.set(tunnel("t", "udp", "10.2.0.0/29"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(spd.claims)
        .hasSize(8)
        .allMatch(p -> p.priority() == Policy.Priorities.FILL)
        .extracting(p -> p.selectors().remote().toString())
        .contains("10.2.0.0/32[17]", "10.2.0.7/32[17]");
    assertThat(status("t").held()).isTrue();
    intent.set(tunnel("t", "udp", "10.0.0.0/8"));
    assertThat(spd.claims.size()).as("a mistake does not eat up the plane").isLessThan(300);
    assertThat(status("t").held()).isFalse();
    assertThat(status("t").reason()).contains("passes in CLEAR");
  }

  @Test
  void aGatewayThatGoesMissingDoesNotOpenTheHold() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    intent.set(
        new io.keyway.api.intent.IntentObject.Tunnel(
            "t",
            "nowhere",
            "udp",
            true,
            List.of(),
            List.of(io.keyway.api.ts.SelectorTemplate.dynamic()),
            WhenDisabled.HOLD));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("there is no gateway 'nowhere'");
    assertThat(spd.claims)
        .extracting(p -> p.selectors().remote().toString())
        .contains("10.2.0.1/32[17]");
  }

  @Test
  void aTunnelThatNamesNoGatewayFromTheStartIsHeldOnTheOnlyPlane() {
    intent.set(
        new io.keyway.api.intent.IntentObject.Tunnel(
            "t",
            "nowhere",
            "udp",
            true,
            List.of(),
            tunnel("x", "udp", "10.2.0.1/32").remoteTs(),
            WhenDisabled.HOLD));
    assertThat(spd.claims)
        .extracting(p -> p.selectors().remote().toString())
        .containsExactly("10.2.0.1/32[17]");
  }

  @Test
  void aHoldThatIsReplacedTwiceBeforeItsSuccessorStandsIsNotForgotten() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.putAnswer = Outcome.full("no rows");
    intent.set(tunnel("t", "udp", "10.2.0.2/32"));
    spd.putAnswer = Outcome.ok();
    intent.set(tunnel("t", "udp", "10.2.0.3/32"));
    loop.advance(Duration.ofSeconds(10));
    assertThat(spd.claims)
        .extracting(p -> p.selectors().remote().toString())
        .containsExactly("10.2.0.3/32[17]");
    intent.set();
    loop.advance(Duration.ofSeconds(20));
    assertThat(spd.claims).isEmpty();
  }

  @Test
  void aHoldIsNotPutAgainAfterItsTunnelIsGone() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.putAnswer = Outcome.unavailable("data plane ipu-1 is just coming up");
    plane.listener.accept(
        new PlaneEvent.GenerationChanged(new Generation(1), new Generation(2), "rows are missing"));
    spd.putAnswer = Outcome.ok();
    intent.set();
    loop.advance(Duration.ofMinutes(1));
    assertThat(spd.claims).isEmpty();
  }

  @Test
  void aRestartOfThePlaneKeepsTheConnectionAndNegotiatesOnIt() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    String old = engine.lastUid();
    engine.calls.clear();
    spd.putAnswer = Outcome.unavailable("data plane ipu-1 is just coming up");
    plane.listener.accept(
        new PlaneEvent.GenerationChanged(new Generation(1), new Generation(2), "rows are missing"));
    assertThat(engine.calls).as("the IKE SA lives on").isEmpty();
    assertThat(status("t").phase()).isNotEqualTo(Phase.UP);
    assertThat(status("t").reason()).contains("restarted");
    spd.putAnswer = Outcome.ok();
    plane.listener.accept(new PlaneEvent.Up(new Generation(2)));
    loop.advance(Duration.ofSeconds(5));
    engine.listener.accept(new EngineEvent.ChildRekeyed("gw", old, engine.child("t/udp")));
    assertThat(engine.calls).doesNotContain("unload gw");
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
  }

  private static Policy holdClaim(String tunnel, String instance) {
    return new Policy(
        new ChildId(new Owner("tunnels", instance), "hold-old", tunnel),
        "ipu-1",
        Direction.OUTBOUND,
        pair(),
        Policy.Priorities.HOLD,
        new PolicyAction.Hold());
  }

  private static Policy protectClaim(String child, String uid, String instance) {
    var sa =
        new io.keyway.api.sa.SaId(
            "ipu-1",
            Direction.OUTBOUND,
            new io.keyway.api.sa.Spi(0x1001),
            FakeIntent.address("192.0.2.2"),
            1);
    return new Policy(
        new ChildId(new Owner("ike-native", instance), uid, child),
        "ipu-1",
        Direction.OUTBOUND,
        pair(),
        Policy.Priorities.PROTECT,
        new PolicyAction.Protect(
            sa,
            io.keyway.api.sa.IpsecMode.TUNNEL,
            io.keyway.api.sa.Endpoints.of(
                FakeIntent.address("192.0.2.1"), FakeIntent.address("192.0.2.2"))));
  }

  private static SelectorPair pair() {
    return new SelectorPair(
        TrafficSelector.host(FakeIntent.address("10.1.0.1"), 17),
        TrafficSelector.host(FakeIntent.address("10.2.0.1"), 17));
  }
}
