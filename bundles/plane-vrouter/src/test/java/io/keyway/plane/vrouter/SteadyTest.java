package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.GrpcConnector;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.AttachRequest;
import io.keyway.protocol.vrouter.v1.Drops;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.LinkChanged;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.PortStatus;
import io.keyway.protocol.vrouter.v1.SaState;
import io.keyway.protocol.vrouter.v1.SaStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes on for long, comes in masses, or from an agent of another version. */
class SteadyTest {

  private static final Timing QUICK =
      new Timing(
          Duration.ofMillis(400),
          Duration.ofSeconds(3600),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofMillis(50));

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

  private void again(Timing timing) throws Exception {
    bench.plane.close();
    bench.begin(timing);
    bench.awaitReady();
  }

  private static SelectorPair pair(int number) {
    return new SelectorPair(
        TrafficSelector.prefix(Bench.address("10.1.0.0"), 16),
        TrafficSelector.prefix(Bench.address("10.3." + number + ".0"), 24));
  }

  @Test
  void whoStandsByNoticesThatItHearsNothingAnyMore() throws Exception {
    again(QUICK);
    bench.agent.attachedBy("rival");
    bench.await("standing by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
    bench.agent.hang(true);
    bench.await("noticed", () -> bench.plane.status().connection() == Connection.DOWN);
    bench.agent.hang(false);
    bench.await("standing by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
  }

  @Test
  void eventsThatAreLostInMassesCostALookAtATime() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    bench.agent.beforeSnapshot(looks::incrementAndGet);
    for (int i = 0; i < 200; i++) {
      bench.agent.tell(Event.newBuilder().setLost(1).setDrops(Drops.getDefaultInstance()));
    }
    int seen = bench.events.size();
    bench.agent.tell(
        Event.newBuilder()
            .setDrops(Drops.newBuilder().addCounts(Drops.Count.newBuilder().setReason("x"))));
    bench.await("all events", () -> bench.events.size() > seen);
    assertThat(looks.get()).isLessThan(5);
    bench.await("a last look", () -> looks.get() >= 2);
    assertThat(bench.plane.status().ready()).isTrue();
  }

  @Test
  void aRepairNeverUndoesWhatWasAskedForMeanwhile() throws Exception {
    bench.agent.can(Samples.capabilities().toBuilder().setMaxBatch(1).build());
    again(PlaneBench.TIMING);
    for (int i = 0; i < 4; i++) {
      bench.apply(Bench.put(pair(i), new PolicyAction.Hold()));
    }
    for (Policy policy : bench.agent.policies()) {
      bench.agent.lose(Samples.place(policy));
    }
    AtomicReference<CompletionStage<List<Outcome>>> asked = new AtomicReference<>();
    bench.agent.refuse(
        change -> {
          // While the first part of the repair is under way.
          if (asked.get() == null) {
            asked.set(
                bench.plane.apply(
                    bench.plane.generation(),
                    List.of(
                        Bench.put(pair(2), new PolicyAction.Discard()),
                        new PlaneChange.RemovePolicy(Direction.OUTBOUND, pair(3))),
                    Bench.LIMIT));
          }
          return false;
        });
    assertThat(Bench.get(bench.plane.reconcile("repair", Bench.LIMIT)).kind()).isEqualTo(Kind.OK);
    Bench.get(asked.get());
    assertThat(bench.agent.policies())
        .extracting(Policy::getAction)
        .containsExactlyInAnyOrder(
            io.keyway.protocol.vrouter.v1.PolicyAction.HOLD,
            io.keyway.protocol.vrouter.v1.PolicyAction.HOLD,
            io.keyway.protocol.vrouter.v1.PolicyAction.DISCARD);
    assertThat(Bench.get(bench.plane.reconcile("check", Bench.LIMIT)).kind()).isEqualTo(Kind.SAME);
  }

  @Test
  void aLimitOfWhichNoEventToldIsNoticedByTheNextAudit() {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x700);
    bench.apply(new PlaneChange.AddSa(out, Bench.keys(1)));
    bench.agent.state(
        SaStatus.newBuilder()
            .setId(bench.agent.sas().get(0).getId())
            .setState(SaState.HARD_EXPIRED)
            .build());
    assertThat(Bench.get(bench.plane.reconcile("check", Bench.LIMIT)).kind()).isEqualTo(Kind.SAME);
    PlaneEvent told = new PlaneEvent.Expired(out.id().spi(), out.id().destination(), true);
    assertThat(bench.events).as("a check only looks").doesNotContain(told);
    assertThat(Bench.get(bench.plane.reconcile("repair", Bench.LIMIT)).done()).isTrue();
    assertThat(bench.events).contains(told);
  }

  @Test
  void spisOfRekeysDoNotAddUp() {
    for (int i = 0; i < 5; i++) {
      SpiLease lease = bench.lease();
      assertThat(leased()).isEqualTo(1);
      SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
      bench.apply(new PlaneChange.AddSa(in, Bench.keys(i)));
      assertThat(leased()).isEqualTo(1);
      bench.apply(new PlaneChange.RemoveSa(in.id()));
      assertThat(leased()).isZero();
    }
  }

  private long leased() {
    // Written with the next change at the latest.
    bench.apply(Bench.put(pair(1), new PolicyAction.Hold()));
    return bench.plane.status().spis().orElseThrow().leased();
  }

  @Test
  void linksThatWentBeforeWeCameAreKnownAndGoFromTheStatusWhenTheyAreBack() throws Exception {
    bench.agent.can(
        Samples.capabilities().toBuilder()
            .addPorts(PortStatus.newBuilder().setPort(0).setLinkUp(true))
            .addPorts(PortStatus.newBuilder().setPort(3))
            .build());
    again(PlaneBench.TIMING);
    assertThat(bench.plane.status().warnings()).anyMatch(w -> w.contains("port 3 is down"));
    assertThat(bench.plane.status().warnings()).noneMatch(w -> w.contains("port 0"));
    bench.agent.tell(
        Event.newBuilder().setLinkChanged(LinkChanged.newBuilder().setPort(3).setUp(true)));
    bench.await(
        "no warning",
        () -> bench.plane.status().warnings().stream().noneMatch(w -> w.contains("port 3")));
    // What the events did not tell is seen by the next small question.
    again(QUICK);
    bench.agent.can(Samples.capabilities());
    bench.await(
        "no warning",
        () -> bench.plane.status().warnings().stream().noneMatch(w -> w.contains("port 3")));
  }

  @Test
  void aNoteThatCannotBeReadCountsAsNone() throws Exception {
    bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    bench.plane.close();
    bench.memory.put("router", "life", 1, "1 2 three 4".getBytes(StandardCharsets.UTF_8));
    bench.memory.put("router", "life", 1, "x y false z".getBytes(StandardCharsets.UTF_8));
    bench.begin(PlaneBench.TIMING);
    bench.awaitReady();
    assertThat(bench.agent.policies()).as("of a stranger, for all we know").isEmpty();
  }

  @Test
  void aChangeThatCannotBePutInWordsDisturbsNoOther() {
    SpiLease lease = bench.lease();
    SaKeys keys = Bench.keys(1);
    keys.close();
    assertThat(
            bench.apply(
                Bench.put(pair(1), new PolicyAction.Hold()),
                new PlaneChange.AddSa(bench.sa(lease, Direction.INBOUND, 0), keys),
                Bench.put(pair(2), new PolicyAction.Hold())))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.REFUSED, Kind.OK);
    assertThat(bench.agent.sas()).isEmpty();
  }

  @Test
  void whatOnlyANewerAgentKnowsMakesNoDifference() {
    bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    UnknownFieldSet news =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    Policy policy = bench.agent.policies().get(0);
    PolicyPlace place = Samples.place(policy);
    Policy.Builder newer = policy.toBuilder().setUnknownFields(news);
    newer.getSelectorsBuilder().setUnknownFields(news).getLocalBuilder().setUnknownFields(news);
    bench.agent.lose(place);
    bench.agent.putAs(place, newer.build());
    assertThat(Bench.get(bench.plane.reconcile("check", Bench.LIMIT)).kind()).isEqualTo(Kind.SAME);
    assertThat(Bench.get(bench.plane.reconcile("repair", Bench.LIMIT)).kind()).isEqualTo(Kind.SAME);
    assertThat(bench.agent.policies()).hasSize(1);
  }

  /** Of another owner, in a direction of which only a newer agent knows. */
  @Test
  void aPolicyOfANewerKindIsSomebodyElsesAndNothingElse() throws Exception {
    bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    PolicyPlace place =
        Samples.place(bench.agent.policies().get(0)).toBuilder().setDirectionValue(9).build();
    bench.agent.putAs(
        place,
        Policy.newBuilder()
            .setDirectionValue(9)
            .setSelectors(place.getSelectors())
            .setActionValue(99)
            .setOwner("somebody")
            .build());
    assertThat(Bench.get(bench.plane.reconcile("check", Bench.LIMIT)).kind()).isEqualTo(Kind.SAME);
    assertThat(Bench.get(bench.plane.snapshot(Bench.LIMIT)).done()).isTrue();
    // And to the next life of this controller, which looks at everything first.
    bench.plane.close();
    bench.begin(Bench.TIMING);
    bench.awaitReady();
  }

  @Test
  void eventsWaitAtTheAgentWhenNobodyTakesThem() throws Exception {
    Queue<Runnable> untaken = new ConcurrentLinkedQueue<>();
    AtomicInteger came = new AtomicInteger();
    int all = 5000;
    try (Agent agent =
        new GrpcConnector(PlaneBench.settings(bench.agent.leaves(), PlaneBench.TIMING)).open()) {
      agent.events(
          "slow",
          (event, taken) -> {
            came.incrementAndGet();
            untaken.add(taken);
          },
          why -> {});
      bench.await("listens", () -> came.get() == 1);
      for (int i = 0; i < all; i++) {
        bench.agent.tell(Event.newBuilder().setDrops(Drops.getDefaultInstance()));
      }
      // This answer comes behind whatever was sent before it.
      bench.await("as many as may wait", () -> came.get() == 1024);
      agent.attach(AttachRequest.newBuilder().setControllerInstance("slow").build()).get();
      assertThat(came.get()).isEqualTo(1024);
      bench.await(
          "all",
          () -> {
            for (Runnable taken = untaken.poll(); taken != null; taken = untaken.poll()) {
              taken.run();
            }
            return came.get() >= all + 1;
          });
    }
  }
}
