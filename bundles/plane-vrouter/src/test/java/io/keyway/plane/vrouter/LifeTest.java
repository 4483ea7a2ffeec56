package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.Acquire;
import io.keyway.protocol.vrouter.v1.Drops;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.Expired;
import io.keyway.protocol.vrouter.v1.PeerMoved;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.SaId;
import io.keyway.protocol.vrouter.v1.SaState;
import io.keyway.protocol.vrouter.v1.SaStatus;
import io.keyway.protocol.vrouter.v1.UnknownSpi;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Restarts of either side, other controllers, drift and what the agent tells. */
class LifeTest {

  private static final Duration SHORT = Duration.ofSeconds(10);

  private Bench bench;

  @BeforeEach
  void begin() throws Exception {
    bench = new Bench();
    bench.awaitReady();
  }

  @AfterEach
  void end() {
    bench.close();
  }

  private SecurityAssociation pair(int spi) {
    SpiLease lease = bench.lease();
    SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, spi);
    assertThat(
            bench.apply(
                new PlaneChange.AddSa(in, Bench.keys(spi)),
                new PlaneChange.AddSa(out, Bench.keys(spi + 1)),
                Bench.protect(out)))
        .allMatch(Outcome::done);
    return out;
  }

  private <T extends PlaneEvent> List<T> told(Class<T> type) {
    return bench.events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Test
  void aRestartOfTheAgentIsAnotherLifeAndNothingIsInstalledAgain() throws Exception {
    SecurityAssociation out = pair(0x600);
    Generation before = bench.plane.generation();
    bench.agent.restart();
    bench.awaitReadyAfter(before);
    assertThat(bench.plane.generation()).isGreaterThan(before);
    bench.await("told", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(told(PlaneEvent.GenerationChanged.class)).hasSize(1);
    assertThat(told(PlaneEvent.GenerationChanged.class).get(0).reason()).contains("restarted");
    int down = bench.events.indexOf(told(PlaneEvent.Down.class).get(0));
    int changed = bench.events.indexOf(told(PlaneEvent.GenerationChanged.class).get(0));
    int up = bench.events.lastIndexOf(told(PlaneEvent.Up.class).get(1));
    assertThat(List.of(down, changed, up)).isSorted();
    assertThat(bench.agent.sas()).isEmpty();
    assertThat(bench.agent.policies()).isEmpty();
    assertThat(bench.agent.installs()).hasSize(2);
    List<Outcome> late =
        Bench.get(
            bench.plane.apply(
                before, List.of(new PlaneChange.AddSa(out, Bench.keys(1))), Bench.LIMIT));
    assertThat(late).extracting(Outcome::kind).containsExactly(Kind.UNAVAILABLE);
    assertThat(bench.agent.installs()).hasSize(2);
  }

  @Test
  void aBrokenConnectionIsNoRestart() throws Exception {
    pair(0x601);
    Generation before = bench.plane.generation();
    bench.agent.kill();
    bench.await("down", () -> !bench.plane.status().ready());
    assertThat(bench.plane.status().reason()).contains("agent");
    bench.agent.start();
    bench.awaitReady();
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(told(PlaneEvent.GenerationChanged.class)).isEmpty();
    assertThat(bench.agent.installs()).hasSize(2);
    assertThat(bench.agent.sas()).hasSize(2);
  }

  @Test
  void anotherLifeOfTheControllerAdoptsWhatIsThere() throws Exception {
    SecurityAssociation out = pair(0x602);
    assertThat(Bench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.OK);
    Generation before = bench.plane.generation();
    bench.plane.close();
    bench.events.clear();
    int applies = bench.agent.applies();
    bench.begin(Bench.TIMING);
    bench.awaitReady();
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(told(PlaneEvent.GenerationChanged.class)).isEmpty();
    assertThat(bench.agent.applies()).isEqualTo(applies);
    assertThat(bench.agent.complete()).isTrue();
    assertThat(Bench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    // And goes on with it under the same names.
    assertThat(
            bench.apply(
                Bench.put(Bench.PAIR, new PolicyAction.Hold()), new PlaneChange.RemoveSa(out.id())))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.OK);
  }

  @Test
  void whatAnotherControllerLeftIsRemovedAndEverythingBeginsAnew() throws Exception {
    pair(0x603);
    Bench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT));
    Generation before = bench.plane.generation();
    bench.plane.close();
    bench.agent.attachedBy("somebody-else");
    bench.begin(Bench.TIMING);
    bench.awaitReady();
    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(bench.agent.sas()).isEmpty();
    assertThat(bench.agent.policies()).isEmpty();
    assertThat(bench.agent.complete()).isFalse();
    bench.await("told", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(told(PlaneEvent.GenerationChanged.class).get(0).reason()).contains("somebody-else");
  }

  @Test
  void aControllerThatIsDisplacedStandsByUntilTheAgentHasALifeWithoutOne() throws Exception {
    pair(0x604);
    Generation before = bench.plane.generation();
    bench.agent.attachedBy("somebody-else");
    bench.await("standing by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
    assertThat(bench.plane.status().reason()).contains("somebody-else").contains("restart");
    assertThat(
            Bench.get(
                bench.plane.apply(
                    before, List.of(Bench.put(Bench.PAIR, new PolicyAction.Bypass())), SHORT)))
        .extracting(Outcome::kind)
        .containsExactly(Kind.UNAVAILABLE);
    // A broken connection does not take the lead back.
    bench.agent.kill();
    bench.agent.start();
    bench.await(
        "standing by again", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
    assertThat(bench.agent.attached()).isEqualTo("somebody-else");
    bench.agent.restart();
    bench.awaitReady();
    assertThat(bench.agent.attached()).isEqualTo("life-1");
  }

  @Test
  void bypassIsPutInForceOnceAndOnlyInTheLifeThatIsMeant() {
    assertThat(bench.plane.status().warnings()).anyMatch(w -> w.contains("bypass"));
    assertThat(Bench.get(bench.plane.policiesComplete(new Generation(1), SHORT)).kind())
        .isEqualTo(Kind.UNAVAILABLE);
    assertThat(bench.agent.complete()).isFalse();
    assertThat(Bench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.OK);
    assertThat(bench.agent.complete()).isTrue();
    assertThat(bench.plane.status().warnings()).isEmpty();
    assertThat(Bench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.SAME);
  }

  @Test
  void driftIsFoundAndMendedButAnSaIsNeverWrittenAgain() {
    SecurityAssociation out = pair(0x605);
    Policy policy = bench.agent.policies().get(0);
    bench.agent.put(policy.toBuilder().setPriority(5).build());
    bench.agent.lose(bench.agent.sas().get(0));
    bench.agent.put(
        bench.agent.sas().get(0).toBuilder()
            .setId(
                SaId.newBuilder()
                    .setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND)
                    .setSpi(0x9999)
                    .setDestination(Samples.octets("192.0.2.1")))
            .build());
    bench.agent.put(
        policy.toBuilder()
            .setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND)
            .setOwner("else")
            .build());

    Outcome check = Bench.get(bench.plane.reconcile("check", SHORT));
    assertThat(check.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(check.reason()).contains("1 SAs of ours are missing, 1 are there");
    assertThat(bench.plane.status().drift()).hasValue(3);
    assertThat(bench.agent.policies().get(0).getPriority()).isEqualTo(5);

    assertThat(Bench.get(bench.plane.reconcile("repair", SHORT)).kind()).isEqualTo(Kind.OK);
    assertThat(bench.agent.policies().get(0).getPriority()).isEqualTo(1000);
    assertThat(bench.agent.sas()).hasSize(1);
    assertThat(bench.agent.installs()).hasSize(2);
    assertThat(told(PlaneEvent.Expired.class))
        .containsExactly(
            new PlaneEvent.Expired(out.lease().spi(), Bench.address("192.0.2.1"), true));
    assertThat(bench.agent.policies()).hasSize(2);

    assertThat(Bench.get(bench.plane.reconcile("purge", SHORT)).kind()).isEqualTo(Kind.OK);
    assertThat(bench.agent.policies()).hasSize(1);
    assertThat(Bench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    assertThat(Bench.get(bench.plane.reconcile("mend", SHORT)).kind()).isEqualTo(Kind.REFUSED);
  }

  @Test
  void aPolicyLostDuringABreakIsWrittenAgainBeforeThePlaneIsReady() throws Exception {
    pair(0x606);
    Policy policy = bench.agent.policies().get(0);
    bench.agent.kill();
    bench.agent.lose(
        PolicyPlace.newBuilder()
            .setDirection(policy.getDirection())
            .setSelectors(policy.getSelectors())
            .build());
    bench.agent.start();
    bench.await("down and up", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(bench.agent.policies()).containsExactly(policy);
  }

  @Test
  void whatTheAgentTellsComesInOurWords() {
    SecurityAssociation out = pair(0x607);
    SaId id = bench.agent.sas().get(1).getId();
    bench.agent.tell(Event.newBuilder().setExpired(Expired.newBuilder().setId(id).setHard(false)));
    bench.agent.tell(
        Event.newBuilder()
            .setPeerMoved(
                PeerMoved.newBuilder()
                    .setId(id)
                    .setAddress(Samples.octets("203.0.113.9"))
                    .setPort(4501)));
    bench.agent.tell(
        Event.newBuilder()
            .setUnknownSpi(
                UnknownSpi.newBuilder().setSpi(-2).setSource(Samples.octets("203.0.113.8"))));
    bench.agent.tell(
        Event.newBuilder()
            .setDrops(
                Drops.newBuilder()
                    .addCounts(Drops.Count.newBuilder().setReason("no_policy").setPackets(12))));
    Policy policy = bench.agent.policies().get(0);
    bench.agent.tell(
        Event.newBuilder()
            .setAcquire(
                Acquire.newBuilder()
                    .setPlace(
                        PolicyPlace.newBuilder()
                            .setDirection(policy.getDirection())
                            .setSelectors(policy.getSelectors()))));
    bench.await("all told", () -> told(PlaneEvent.Acquire.class).size() == 1);
    assertThat(bench.events)
        .contains(
            new PlaneEvent.Expired(out.id().spi(), out.id().destination(), false),
            new PlaneEvent.Mapping(out.id().spi(), Bench.address("203.0.113.9"), 4501),
            new PlaneEvent.UnknownSpi(0xfffffffeL, Bench.address("203.0.113.8")),
            new PlaneEvent.Drops("no_policy", 12),
            new PlaneEvent.Acquire(Bench.PAIR.toString()));
  }

  @Test
  void limitsReachedWhileNobodyListenedAreToldAfterwards() throws Exception {
    SecurityAssociation out = pair(0x608);
    bench.agent.kill();
    bench.agent.state(
        SaStatus.newBuilder()
            .setId(bench.agent.sas().get(1).getId())
            .setState(SaState.HARD_EXPIRED)
            .build());
    bench.agent.start();
    bench.await("told", () -> told(PlaneEvent.Expired.class).size() == 1);
    assertThat(told(PlaneEvent.Expired.class).get(0))
        .isEqualTo(new PlaneEvent.Expired(out.id().spi(), out.id().destination(), true));
    // The same for events that the agent says it lost.
    bench.agent.tell(Event.newBuilder().setLost(3).setDrops(Drops.getDefaultInstance()));
    bench.await("told again", () -> told(PlaneEvent.Expired.class).size() == 2);
  }

  @Test
  void aRouterThatVanishedWithoutAWordIsMissed() throws Exception {
    bench.plane.close();
    bench.begin(
        new Timing(
            Duration.ofSeconds(3),
            Duration.ofSeconds(3600),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofMillis(50)));
    bench.awaitReady();
    int probes = bench.agent.probes();
    bench.await("asked again", () -> bench.agent.probes() > probes + 1);
    bench.events.clear();
    bench.agent.hang(true);
    bench.await("missed", () -> !told(PlaneEvent.Down.class).isEmpty());
    assertThat(told(PlaneEvent.Down.class).get(0).reason()).contains("whether it is there");
    bench.agent.hang(false);
    bench.awaitReady();
  }

  @Test
  void withoutAStateStoreThereIsNoContact() throws Exception {
    bench.plane.close();
    bench.memory.there(false);
    bench.begin(Bench.TIMING);
    bench.await("waiting", () -> bench.plane.status().reason().contains("service state"));
    bench.memory.there(true);
    bench.awaitReady();
  }

  @Test
  void capabilitiesAreTheAgentsOnceItWasAsked() throws Exception {
    assertThat(bench.plane.capabilities().maxReplayWindow()).isEqualTo(4096);
    bench.agent.can(
        Samples.capabilities().toBuilder()
            .setMaxReplayWindow(512)
            .setTransportMode(false)
            .clearAlgorithms()
            .addAlgorithms(Samples.capabilities().getAlgorithms(0))
            .build());
    Generation before = bench.plane.generation();
    bench.agent.restart();
    bench.awaitReadyAfter(before);
    assertThat(bench.plane.capabilities().maxReplayWindow()).isEqualTo(512);
    assertThat(bench.plane.capabilities().modes()).hasSize(1);
    assertThat(bench.plane.capabilities().encryption()).hasSize(1);
  }

  /** A foreign selector pair, so that the constant is not the only one that was ever tried. */
  @Test
  void placesOfDifferentSelectorsDoNotCollide() {
    SelectorPair narrower =
        new SelectorPair(
            TrafficSelector.prefix(Bench.address("10.1.2.0"), 24), Bench.PAIR.remote());
    assertThat(bench.plane.place(Direction.OUTBOUND, narrower).value())
        .isNotEqualTo(bench.plane.place(Direction.OUTBOUND, Bench.PAIR).value());
    assertThat(
            bench.apply(
                Bench.put(Bench.PAIR, new PolicyAction.Hold()),
                Bench.put(narrower, new PolicyAction.Discard())))
        .allMatch(Outcome::done);
    assertThat(bench.agent.policies()).hasSize(2);
  }
}
