package io.keyway.tunnels;

import static io.keyway.tunnels.FakeIntent.address;
import static io.keyway.tunnels.FakeIntent.policy;
import static io.keyway.tunnels.FakeIntent.starting;
import static io.keyway.tunnels.FakeIntent.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Generation;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tunnels that a packet starts (RFC 4301 section 4.4.1.2). */
class TrapTest {

  private static final Duration PAUSE = Duration.ofSeconds(90);

  private final ManualLoop loop = new ManualLoop();
  private final FakeIntent intent = new FakeIntent();
  private final FakePlane plane = new FakePlane("ipu-1");
  private final FakeSpd spd = new FakeSpd();
  private final FakeEngine engine = new FakeEngine();
  private TunnelsCore core;

  @BeforeEach
  void start() {
    plane.traps = true;
    intent.childPolicies.put(
        "udp",
        starting(
            policy("udp", EncryptionAlgorithm.AES_GCM_16_256, List.of(17, 6)), StartAction.TRAP));
    core = core("now");
  }

  private TunnelsCore core(String life) {
    TunnelsCore made = new TunnelsCore(loop, life, new SplittableRandom(1));
    made.setIntentStore(intent);
    made.addPlane(plane);
    made.setSpd(spd);
    made.setSad(new FakeSad());
    made.setEngine(engine);
    return made;
  }

  private TunnelStatus status(String name) {
    return core.statuses().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static SelectorPair pair(String remote, int protocol) {
    return new SelectorPair(
        TrafficSelector.host(address("10.1.0.1"), protocol),
        TrafficSelector.host(address(remote), protocol));
  }

  private static SelectorPair packet(String remote) {
    return new SelectorPair(
        TrafficSelector.host(address("10.1.0.1"), 17).withPorts(4000, 4000),
        TrafficSelector.host(address(remote), 17).withPorts(53, 53));
  }

  private void acquire(String remote) {
    plane.listener.accept(new PlaneEvent.Acquire(pair(remote, 17), Optional.of(packet(remote))));
  }

  private long initiations() {
    return engine.calls.stream().filter(call -> call.startsWith("initiate")).count();
  }

  @Test
  void packetsAreTrappedAndNothingIsNegotiatedBeforeOneComes() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(spd.claims)
        .hasSize(2)
        .allMatch(p -> p.action().equals(new PolicyAction.Trap()))
        .allMatch(p -> p.priority() == Policy.Priorities.TRAP);
    loop.advance(Duration.ofMinutes(10));
    assertThat(engine.calls).containsExactly("load gw");
    assertThat(status("t").phase()).isEqualTo(Phase.TRAPPED);
    assertThat(status("t").reason()).contains("waits for traffic");
    assertThat(status("t").held()).isTrue();
    assertThat(status("t").acquires()).isEqualTo(OptionalLong.of(0));
  }

  @Test
  void thePacketsChildIsStartedWithThePacketAndNoOther() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    acquire("10.2.0.1");
    assertThat(engine.calls).containsExactly("load gw", "initiate t/udp");
    assertThat(engine.packets).containsExactly(packet("10.2.0.1"));
    assertThat(status("t").phase()).isEqualTo(Phase.PARTIAL);
    plane.listener.accept(new PlaneEvent.Acquire(pair("10.2.0.1", 6), Optional.empty()));
    assertThat(engine.calls).endsWith("initiate t/tcp");
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
    assertThat(status("t").acquires()).isEqualTo(OptionalLong.of(2));
  }

  @Test
  void thousandsOfAcquiresStartOneNegotiationPerChild() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"), tunnel("u", "udp", "10.2.0.2/32"));
    engine.initiateAnswer = null;
    for (int i = 0; i < 5000; i++) {
      acquire("10.2.0.1");
      acquire("10.2.0.2");
    }
    assertThat(initiations()).isEqualTo(2);
    assertThat(status("t").phase()).isEqualTo(Phase.CONNECTING);
    assertThat(status("t").acquires()).isEqualTo(OptionalLong.of(5000));
  }

  @Test
  void afterAFailureItPausesLongerEachTimeAndOnlyAPacketTriesAgain() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    engine.initiateAnswer = Outcome.unavailable("the peer does not answer");
    acquire("10.2.0.1");
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").reason()).contains("the peer does not answer");
    acquire("10.2.0.1");
    assertThat(initiations()).as("none in the pause").isEqualTo(1);
    loop.advance(PAUSE);
    assertThat(initiations()).as("none without a packet").isEqualTo(1);
    assertThat(status("t").phase()).isEqualTo(Phase.TRAPPED);
    assertThat(status("t").reason()).contains("the peer does not answer");
    // A packet every second for ten minutes.
    for (int second = 0; second < 600; second++) {
      acquire("10.2.0.1");
      loop.advance(Duration.ofSeconds(1));
    }
    assertThat(initiations()).isBetween(8L, 26L);
    engine.initiateAnswer = Outcome.ok();
    loop.advance(PAUSE);
    acquire("10.2.0.1");
    assertThat(status("t").children()).hasSize(1);
  }

  @Test
  void aChildThatEndsLeavesTheTrapAndTheNextPacketBringsItBack() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    acquire("10.2.0.1");
    engine.listener.accept(
        new EngineEvent.ChildDown("gw", "t/udp", engine.lastUid(), "the peer deleted it"));
    loop.advance(PAUSE);
    assertThat(initiations()).as("not by itself").isEqualTo(1);
    assertThat(status("t").phase()).isEqualTo(Phase.TRAPPED);
    assertThat(spd.claims).allMatch(p -> p.action().equals(new PolicyAction.Trap()));
    acquire("10.2.0.1");
    assertThat(initiations()).isEqualTo(2);
  }

  @Test
  void whatAnOperatorTookDownIsNotStartedByPackets() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    core.terminate("t", Duration.ofSeconds(1));
    acquire("10.2.0.1");
    assertThat(initiations()).isZero();
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").reason()).contains("terminated by an operator");
    assertThat(status("t").held()).isTrue();
    core.initiate("t", Duration.ofSeconds(1));
    assertThat(status("t").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void changingTheStartActionChangesHoldAndTrapWithoutAGap() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.calls.clear();
    intent.childPolicies.put("udp", starting(intent.childPolicies.get("udp"), StartAction.NONE));
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(spd.claims).hasSize(2).allMatch(p -> p.action().equals(new PolicyAction.Hold()));
    assertThat(spd.calls.indexOf("remove t")).isGreaterThan(spd.calls.lastIndexOf("put t Hold[]"));
    assertThat(status("t").phase()).isEqualTo(Phase.DOWN);
    assertThat(status("t").acquires()).isEmpty();
    acquire("10.2.0.1");
    assertThat(initiations()).isZero();
  }

  @Test
  void aDisabledTunnelIsHeldAndPacketsStartNothing() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    intent.set(tunnel("t", "udp", "10.2.0.1/32", false, WhenDisabled.HOLD));
    assertThat(spd.claims).hasSize(2).allMatch(p -> p.action().equals(new PolicyAction.Hold()));
    acquire("10.2.0.1");
    assertThat(initiations()).isZero();
  }

  @Test
  void anAcquireForWhatIsNobodysIsLeftAlone() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    acquire("10.2.0.99");
    intent.set();
    acquire("10.2.0.1");
    assertThat(initiations()).isZero();
  }

  @Test
  void afterARestartOfThePlaneItTrapsAgain() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    spd.claims.clear();
    plane.listener.accept(
        new PlaneEvent.GenerationChanged(new Generation(1), new Generation(2), "it restarted"));
    assertThat(spd.claims).hasSize(2).allMatch(p -> p.action().equals(new PolicyAction.Trap()));
    acquire("10.2.0.1");
    assertThat(initiations()).isEqualTo(1);
  }

  @Test
  void anotherLifeOfTheControllerTrapsBeforeTheTrapsOfTheFormerOneGo() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    core.close();
    spd.calls.clear();
    core = core("later");
    assertThat(spd.claims).hasSize(2).allMatch(p -> p.action().equals(new PolicyAction.Trap()));
    assertThat(spd.claims).allMatch(p -> p.child().owner().instance().equals("later"));
    assertThat(spd.calls.indexOf("remove t")).isGreaterThan(spd.calls.indexOf("put t Trap[]"));
    acquire("10.2.0.1");
    assertThat(initiations()).isEqualTo(1);
  }

  @Test
  void aPeerThatMustCallUsCannotBeTrapped() {
    intent.remote = Optional.empty();
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(status("t").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t").reason()).contains("remote-address").contains("start-action");
    assertThat(status("t").held()).isTrue();
  }

  @Test
  void negotiationsThatEndWithoutAChildAreNotForgotten() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    engine.initiateAnswer = null;
    acquire("10.2.0.1");
    engine.negotiating.get(0).complete(ChildResult.of(Outcome.unavailable("timed out")));
    assertThat(status("t").reason()).contains("timed out");
    loop.advance(PAUSE);
    acquire("10.2.0.1");
    assertThat(initiations()).isEqualTo(2);
  }
}
