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
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.protocol.vrouter.v1.Acquire;
import io.keyway.protocol.vrouter.v1.Attached;
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
import java.util.Optional;
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
                            .setSelectors(policy.getSelectors()))
                    .setSource(Samples.octets("10.1.0.7"))
                    .setDestination(Samples.octets("10.2.0.9"))
                    .setProtocol(17)
                    .setSourcePort(4000)
                    .setDestinationPort(53)));
    bench.await("all told", () -> told(PlaneEvent.Acquire.class).size() == 1);
    assertThat(bench.events)
        .contains(
            new PlaneEvent.Expired(out.id().spi(), out.id().destination(), false),
            new PlaneEvent.Mapping(out.id().spi(), Bench.address("203.0.113.9"), 4501),
            new PlaneEvent.UnknownSpi(0xfffffffeL, Bench.address("203.0.113.8")),
            new PlaneEvent.Drops("no_policy", 12),
            new PlaneEvent.Acquire(
                Bench.PAIR,
                Optional.of(
                    new SelectorPair(
                        TrafficSelector.host(Bench.address("10.1.0.7"), 17).withPorts(4000, 4000),
                        TrafficSelector.host(Bench.address("10.2.0.9"), 17).withPorts(53, 53)))));
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
  void whoIsDisplacedOnItsWayToTheLeadDoesNotTakeIt() throws Exception {
    bench.plane.close();
    bench.events.clear();
    bench.agent.beforeSnapshot(
        () -> {
          bench.agent.attachedBy("rival");
          bench.await(
              "standing by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
        });
    bench.begin(Bench.TIMING);
    bench.await("displaced", () -> bench.plane.status().reason().contains("rival"));
    // Comes after the answer that was under way.
    bench.agent.tell(
        Event.newBuilder().setAttached(Attached.newBuilder().setControllerInstance("third")));
    bench.await("by the third", () -> bench.plane.status().reason().contains("third"));
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.NOT_PRIMARY);
    assertThat(told(PlaneEvent.Up.class)).isEmpty();
    assertThat(bench.fate()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(bench.agent.policies()).isEmpty();
  }

  @Test
  void aRouterThatDoesNotLetItselfBeEmptiedIsNotTakenForEmpty() throws Exception {
    pair(5000);
    bench.plane.close();
    bench.agent.attachedBy("rival");
    bench.agent.staysFull(true);
    bench.begin(Bench.TIMING);
    bench.await("refused", () -> bench.plane.status().reason().contains("it stays full"));
    assertThat(bench.plane.status().ready()).isFalse();
    assertThat(bench.agent.sas()).hasSize(2);
    bench.agent.staysFull(false);
    bench.awaitReady();
    assertThat(bench.agent.sas()).isEmpty();
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
}
