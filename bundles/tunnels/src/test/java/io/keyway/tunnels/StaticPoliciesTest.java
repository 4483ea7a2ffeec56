package io.keyway.tunnels;

import static io.keyway.tunnels.FakeIntent.staticPolicy;
import static io.keyway.tunnels.FakeIntent.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies that the operator wrote: their rows, and why they are not in force. */
class StaticPoliciesTest {

  private final ManualLoop loop = new ManualLoop();
  private final FakeIntent intent = new FakeIntent();
  private final FakePlane plane = new FakePlane("ipu-1");
  private final FakeSpd spd = new FakeSpd();
  private TunnelsCore core;

  @BeforeEach
  void start() {
    core = new TunnelsCore(loop, "now", new SplittableRandom(1));
    core.setIntentStore(intent);
    core.setSpd(spd);
    core.setSad(new FakeSad());
    core.setEngine(new FakeEngine());
  }

  private TunnelStatus status(String name) {
    return core.statuses().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private void tunnels(int from, int to) {
    intent.set(
        IntStream.rangeClosed(from, to)
            .mapToObj(i -> tunnel("t" + i, "udp", "10.2.0." + i + "/32"))
            .toArray(Tunnel[]::new));
  }

  private void policies(StaticPolicy... now) {
    intent.policies.clear();
    for (StaticPolicy policy : now) {
      intent.policies.put(policy.name(), policy);
    }
    intent.tell();
  }

  private static StaticPolicy discard(String name, String to) {
    return staticPolicy(name, Direction.OUTBOUND, to, "discard");
  }

  private List<String> inForce() {
    return spd.claims.stream()
        .filter(c -> c.priority() >= Policy.Priorities.STATIC)
        .map(c -> c.child().connection() + " " + c.selectors().remote().first().getHostAddress())
        .toList();
  }

  @Test
  void policyThatWouldTakeTheLastRowsOfTunnelsIsRefusedByName() {
    plane.sizes = Map.of("rx", 100L, "tx", 5L, "term", 100L);
    core.addPlane(plane);
    tunnels(1, 2);
    policies(discard("dns", "10.9.0.1/32"));
    assertThat(core.problems()).containsOnlyKeys("policies/policy=dns");
    assertThat(core.problems().get("policies/policy=dns"))
        .contains("FULL: table tx of data plane ipu-1 has 5 rows", "take 4", "needs 2");
    assertThat(inForce()).isEmpty();
    assertThat(status("t1").phase()).isEqualTo(Phase.UP);
    assertThat(status("t2").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void tunnelIsRefusedWhenPoliciesLeaveItNoRoomAndComesUpWhenOneGoes() {
    plane.sizes = Map.of("rx", 100L, "tx", 5L, "term", 100L);
    core.addPlane(plane);
    policies(discard("a", "10.9.0.1/32"), discard("b", "10.9.0.2/32"));
    tunnels(1, 1);
    assertThat(status("t1").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t1").reason())
        .contains("FULL: table tx", "tunnels and policies that are configured take 4")
        .contains("passes in CLEAR");
    assertThat(core.problems()).isEmpty();
    policies(discard("b", "10.9.0.2/32"));
    assertThat(status("t1").phase()).isEqualTo(Phase.UP);
    assertThat(inForce()).containsExactly("b 10.9.0.2");
  }

  @Test
  void policyComesIntoForceWhenATunnelMakesRoom() {
    plane.sizes = Map.of("rx", 100L, "tx", 5L, "term", 100L);
    core.addPlane(plane);
    tunnels(1, 2);
    policies(discard("dns", "10.9.0.1/32"));
    tunnels(2, 2);
    assertThat(core.problems()).isEmpty();
    assertThat(inForce()).containsExactly("dns 10.9.0.1");
  }

  @Test
  void policyAtThePlaceOfATunnelTakesNoRowsOfItsOwn() {
    plane.sizes = Map.of("rx", 100L, "tx", 4L, "term", 100L);
    core.addPlane(plane);
    tunnels(1, 2);
    policies(discard("over", "10.2.0.1/32"));
    assertThat(core.problems()).isEmpty();
    assertThat(inForce()).containsExactly("over 10.2.0.1");
  }

  @Test
  void whatComesAtOnceIsServedTunnelsFirstWhicheverWayItComes() {
    plane.sizes = Map.of("rx", 100L, "tx", 5L, "term", 100L);
    plane.connection = Connection.DOWN;
    policies(discard("dns", "10.9.0.1/32"));
    tunnels(1, 2);
    core.addPlane(plane);
    // Now it tells how large its tables are, and everything is given out anew.
    plane.connection = Connection.READY;
    plane.listener.accept(new PlaneEvent.Up(new Generation(1)));
    assertThat(status("t1").phase()).isEqualTo(Phase.UP);
    assertThat(status("t2").phase()).isEqualTo(Phase.UP);
    assertThat(core.problems().get("policies/policy=dns")).contains("FULL: table tx");
  }

  @Test
  void ofTunnelsThatCameBeforeTheSizesTheLastIsRefused() {
    plane.sizes = Map.of("rx", 3L, "tx", 100L, "term", 100L);
    plane.connection = Connection.DOWN;
    core.addPlane(plane);
    tunnels(1, 3);
    plane.connection = Connection.READY;
    plane.listener.accept(new PlaneEvent.Up(new Generation(1)));
    assertThat(status("t1").phase()).isEqualTo(Phase.UP);
    assertThat(status("t2").phase()).isEqualTo(Phase.UP);
    assertThat(status("t3").phase()).isEqualTo(Phase.INVALID);
  }

  @Test
  void whatThePlaneCannotDoIsSaid() {
    core.addPlane(plane);
    policies(
        discard("subnet", "10.9.0.0/24"),
        staticPolicy("in", Direction.INBOUND, "10.9.0.1/32", "discard"),
        staticPolicy("pass", Direction.INBOUND, "10.9.0.1/32", "bypass"));
    assertThat(core.problems().get("policies/policy=subnet")).contains("cannot match a subnet");
    assertThat(core.problems().get("policies/policy=in")).contains("no inbound policies");
    assertThat(core.problems()).doesNotContainKey("policies/policy=pass");
  }

  @Test
  void changedPolicyTakesItsPlaceBeforeTheOldOneGoes() {
    core.addPlane(plane);
    policies(discard("dns", "10.9.0.1/32"));
    spd.calls.clear();
    policies(discard("dns", "10.9.0.2/32"));
    assertThat(inForce()).containsExactly("dns 10.9.0.2");
    assertThat(spd.calls).hasSize(2);
    assertThat(spd.calls.get(0)).startsWith("put dns");
    policies(discard("dns", "10.9.0.0/24"));
    assertThat(inForce()).as("a mistake lets nothing pass").containsExactly("dns 10.9.0.2");
    assertThat(core.problems().get("policies/policy=dns")).contains("still discarded");
    policies();
    assertThat(inForce()).isEmpty();
    assertThat(core.problems()).isEmpty();
  }

  @Test
  void whatTheSpdDoesNotConfirmIsTriedAgainAndForgottenWithThePolicy() {
    core.addPlane(plane);
    spd.putAnswer = Outcome.unknown("no answer");
    policies(discard("dns", "10.9.0.1/32"));
    assertThat(core.problems().get("policies/policy=dns")).isEqualTo("no answer");
    spd.putAnswer = Outcome.ok();
    loop.advance(Duration.ofSeconds(11));
    assertThat(core.problems()).isEmpty();
    assertThat(inForce()).containsExactly("dns 10.9.0.1");
  }

  @Test
  void whatAnEarlierLifeDiscardedIsDiscardedUntilTheNewClaimStands() {
    spd.claims.add(
        new Policy(
            new ChildId(new Owner("tunnels", "before"), "static-before-1", "dns"),
            "ipu-1",
            Direction.OUTBOUND,
            new io.keyway.api.ts.SelectorPair(
                io.keyway.api.ts.TrafficSelector.host(FakeIntent.address("10.1.0.1"), 17),
                io.keyway.api.ts.TrafficSelector.host(FakeIntent.address("10.9.0.1"), 17)),
            Policy.Priorities.STATIC,
            new PolicyAction.Discard()));
    policies(discard("dns", "10.9.0.1/32"));
    assertThat(inForce()).as("no plane yet").containsExactly("dns 10.9.0.1");
    assertThat(core.problems().get("policies/policy=dns")).contains("waiting for data plane");
    core.addPlane(plane);
    assertThat(spd.claims).hasSize(1);
    assertThat(spd.claims.get(0).child().owner().instance()).isEqualTo("now");
  }
}
