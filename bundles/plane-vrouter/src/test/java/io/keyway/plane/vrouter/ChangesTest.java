package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.PolicyStatus;
import io.keyway.protocol.vrouter.v1.SaStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes and questions while all is well, and answers that do not come. */
class ChangesTest {

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

  @Test
  void anAnswerThatNeverComesIsUnknownInTimeAndTheSaIsNotWrittenAgain() throws Exception {
    bench.plane.close();
    bench.begin(
        new Timing(
            Duration.ofSeconds(8),
            Duration.ofSeconds(3600),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofSeconds(60)));
    bench.awaitReady();
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x501);
    bench.agent.hang(true);
    SaKeys keys = Bench.keys(9);
    List<Outcome> outcomes =
        Bench.get(
            bench.plane.apply(
                bench.plane.generation(),
                List.of(new PlaneChange.AddSa(out, keys)),
                Duration.ofSeconds(4)));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.UNKNOWN);
    assertThat(bench.agent.installs()).isEmpty();
    // What waits behind it is answered in its own time, too.
    List<Outcome> behind =
        Bench.get(
            bench.plane.apply(
                bench.plane.generation(),
                List.of(Bench.put(Bench.PAIR, new PolicyAction.Hold())),
                Duration.ofMillis(200)));
    assertThat(behind).extracting(Outcome::kind).containsExactly(Kind.UNAVAILABLE);
    bench.agent.hang(false);
    bench.await("the hung call given up", () -> keys.encryption().isWiped());
    bench.awaitReady();
    assertThat(bench.agent.installs()).isEmpty();
  }

  @Test
  void anInstallWhoseAnswerWasLostIsUnknownAndTakenAwayAgain() {
    Generation before = bench.plane.generation();
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x502);
    bench.agent.loseAnswers(true);
    List<Outcome> outcomes = bench.apply(new PlaneChange.AddSa(out, Bench.keys('K')));
    bench.agent.loseAnswers(false);
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.UNKNOWN);
    assertThat(outcomes.get(0).reason()).contains("a change").doesNotContain("KKKK", "lost:");
    bench.await("removed", () -> bench.agent.sas().isEmpty());
    bench.awaitReady();
    assertThat(bench.agent.installs()).hasSize(1);
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(bench.events).noneMatch(e -> e instanceof PlaneEvent.GenerationChanged);
  }

  @Test
  void countersAreReadByPlaceAndBySaAndNeverGoBackOverARestart() throws Exception {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x503);
    bench.apply(new PlaneChange.AddSa(out, Bench.keys(1)), Bench.protect(out));
    PolicyPlace place = place();
    bench.agent.count(
        place, PolicyStatus.newBuilder().setPackets(7).setBytes(700).setDroppedPackets(2).build());
    bench.agent.state(
        SaStatus.newBuilder()
            .setId(bench.agent.sas().get(0).getId())
            .setPackets(6)
            .setBytes(600)
            .setLastUseUs(3_000_001)
            .build());
    assertThat(Bench.get(bench.plane.policyUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(7, 700)));
    assertThat(Bench.get(bench.plane.heldUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(2, 0)));
    assertThat(Bench.get(bench.plane.saUsage(List.of(out.id()), Bench.LIMIT)))
        .isEqualTo(
            Map.of(
                out.id(), new Usage(OptionalLong.of(6), OptionalLong.of(600), OptionalLong.of(3))));

    Generation before = bench.plane.generation();
    bench.agent.restart();
    bench.awaitReadyAfter(before);
    bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    bench.agent.count(place, PolicyStatus.newBuilder().setPackets(1).setDroppedPackets(4).build());
    assertThat(Bench.get(bench.plane.policyUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(8, 700)));
    assertThat(Bench.get(bench.plane.heldUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(6, 0)));
  }

  private PolicyPlace place() {
    Policy policy = bench.agent.policies().get(0);
    return PolicyPlace.newBuilder()
        .setDirection(policy.getDirection())
        .setSelectors(policy.getSelectors())
        .build();
  }
}
