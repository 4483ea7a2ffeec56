package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.Policy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Restarts of either side, broken connections, other controllers and drift. */
public abstract class LifeContract extends AgentContract {

  @Test
  void aRestartOfTheAgentIsAnotherLifeAndNothingIsInstalledAgain() throws Exception {
    SecurityAssociation out = pair(0x600);
    Generation before = bench.plane.generation();
    bench.router.restart();
    bench.awaitReadyAfter(before);
    assertThat(bench.plane.generation()).isGreaterThan(before);
    bench.await("told", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(told(PlaneEvent.GenerationChanged.class)).hasSize(1);
    assertThat(told(PlaneEvent.GenerationChanged.class).get(0).reason()).contains("restarted");
    int down = bench.events.indexOf(told(PlaneEvent.Down.class).get(0));
    int changed = bench.events.indexOf(told(PlaneEvent.GenerationChanged.class).get(0));
    int up = bench.events.lastIndexOf(told(PlaneEvent.Up.class).get(1));
    assertThat(List.of(down, changed, up)).isSorted();
    assertThat(bench.router.sas()).isEmpty();
    assertThat(bench.router.policies()).isEmpty();
    assertThat(bench.recorder.installs()).hasSize(2);
    List<Outcome> late =
        PlaneBench.get(
            bench.plane.apply(
                before, List.of(new PlaneChange.AddSa(out, PlaneBench.keys(1))), PlaneBench.LIMIT));
    assertThat(late).extracting(Outcome::kind).containsExactly(Kind.UNAVAILABLE);
    assertThat(bench.recorder.installs()).hasSize(2);
  }

  @Test
  void aBrokenConnectionIsNoRestart() throws Exception {
    pair(0x601);
    Generation before = bench.plane.generation();
    bench.router.cut();
    bench.await("down", () -> !bench.plane.status().ready());
    assertThat(bench.plane.status().reason()).contains("agent");
    bench.router.mend();
    bench.awaitReady();
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(told(PlaneEvent.GenerationChanged.class)).isEmpty();
    assertThat(bench.recorder.installs()).hasSize(2);
    assertThat(bench.router.sas()).hasSize(2);
  }

  @Test
  void anotherLifeOfTheControllerAdoptsWhatIsThere() throws Exception {
    SecurityAssociation out = pair(0x602);
    assertThat(PlaneBench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.OK);
    Generation before = bench.plane.generation();
    bench.plane.close();
    bench.events.clear();
    int applies = bench.recorder.applies();
    bench.begin(PlaneBench.TIMING);
    bench.awaitReady();
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(told(PlaneEvent.GenerationChanged.class)).isEmpty();
    assertThat(bench.recorder.applies()).isEqualTo(applies);
    assertThat(bench.router.complete()).isTrue();
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    // And goes on with it under the same names.
    assertThat(
            bench.apply(
                PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold()),
                new PlaneChange.RemoveSa(out.id())))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.OK);
  }

  @Test
  void whatAnotherControllerLeftIsRemovedAndEverythingBeginsAnew() throws Exception {
    pair(0x603);
    PlaneBench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT));
    Generation before = bench.plane.generation();
    bench.plane.close();
    bench.router.attachedBy("somebody-else");
    bench.begin(PlaneBench.TIMING);
    bench.awaitReady();
    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(bench.router.sas()).isEmpty();
    assertThat(bench.router.policies()).isEmpty();
    assertThat(bench.router.complete()).isFalse();
    bench.await("told", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(told(PlaneEvent.GenerationChanged.class).get(0).reason()).contains("somebody-else");
  }

  @Test
  void aControllerThatIsDisplacedStandsByUntilTheAgentHasALifeWithoutOne() throws Exception {
    pair(0x604);
    Generation before = bench.plane.generation();
    bench.router.attachedBy("somebody-else");
    bench.await("standing by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
    assertThat(bench.plane.status().reason()).contains("somebody-else").contains("restart");
    assertThat(
            PlaneBench.get(
                bench.plane.apply(
                    before,
                    List.of(PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Bypass())),
                    SHORT)))
        .extracting(Outcome::kind)
        .containsExactly(Kind.UNAVAILABLE);
    // A broken connection does not take the lead back.
    bench.router.cut();
    bench.router.mend();
    bench.await(
        "standing by again",
        () ->
            told(PlaneEvent.Down.class).stream().anyMatch(d -> !d.reason().contains("leads"))
                && bench.plane.status().connection() == Connection.NOT_PRIMARY);
    assertThat(bench.router.attached()).isEqualTo("somebody-else");
    bench.router.restart();
    bench.awaitReady();
    assertThat(bench.router.attached()).isEqualTo("life-1");
  }

  @Test
  void bypassIsPutInForceOnceAndOnlyInTheLifeThatIsMeant() {
    assertThat(bench.plane.status().warnings()).anyMatch(w -> w.contains("bypass"));
    assertThat(PlaneBench.get(bench.plane.policiesComplete(new Generation(1), SHORT)).kind())
        .isEqualTo(Kind.UNAVAILABLE);
    assertThat(bench.router.complete()).isFalse();
    assertThat(PlaneBench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.OK);
    assertThat(bench.router.complete()).isTrue();
    assertThat(bench.plane.status().warnings()).isEmpty();
    assertThat(PlaneBench.get(bench.plane.policiesComplete(bench.plane.generation(), SHORT)).kind())
        .isEqualTo(Kind.SAME);
  }

  @Test
  void driftIsFoundAndMendedButAnSaIsNeverWrittenAgain() {
    SecurityAssociation out = pair(0x605);
    Policy policy = policy();
    var in =
        bench.router.sas().stream()
            .filter(sa -> sa.getId().getSpi() == out.lease().spi().bits())
            .findFirst()
            .orElseThrow();
    bench.router.put(policy.toBuilder().setPriority(5).build());
    bench.router.lose(in);
    bench.router.put(in.toBuilder().setId(in.getId().toBuilder().setSpi(0x9999)).build());
    bench.router.put(
        policy.toBuilder()
            .clearSa()
            .setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND)
            .setOwner("else")
            .build());

    Outcome check = PlaneBench.get(bench.plane.reconcile("check", SHORT));
    assertThat(check.kind()).isEqualTo(Kind.CONFLICT);
    assertThat(check.reason()).contains("1 SAs of ours are missing, 1 are there");
    assertThat(bench.plane.status().drift()).hasValue(3);
    assertThat(policy().getPriority()).isEqualTo(5);

    assertThat(PlaneBench.get(bench.plane.reconcile("repair", SHORT)).kind()).isEqualTo(Kind.OK);
    assertThat(policy().getPriority()).isEqualTo(1000);
    assertThat(bench.router.sas()).hasSize(1);
    assertThat(bench.recorder.installs()).hasSize(2);
    assertThat(told(PlaneEvent.Expired.class))
        .containsExactly(
            new PlaneEvent.Expired(out.lease().spi(), PlaneBench.address("192.0.2.1"), true));
    assertThat(bench.router.policies()).hasSize(2);

    assertThat(PlaneBench.get(bench.plane.reconcile("purge", SHORT)).kind()).isEqualTo(Kind.OK);
    assertThat(bench.router.policies()).hasSize(1);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    assertThat(PlaneBench.get(bench.plane.reconcile("mend", SHORT)).kind()).isEqualTo(Kind.REFUSED);
  }

  @Test
  void aPolicyLostDuringABreakIsWrittenAgainBeforeThePlaneIsReady() throws Exception {
    pair(0x606);
    Policy policy = policy();
    bench.router.cut();
    bench.router.lose(place(policy));
    bench.router.mend();
    bench.await("down and up", () -> told(PlaneEvent.Up.class).size() == 2);
    assertThat(bench.router.policies()).containsExactly(policy);
  }

  /** A foreign selector pair, so that the constant is not the only one that was ever tried. */
  @Test
  void placesOfDifferentSelectorsDoNotCollide() {
    SelectorPair narrower =
        new SelectorPair(
            TrafficSelector.prefix(PlaneBench.address("10.1.2.0"), 24), PlaneBench.PAIR.remote());
    assertThat(bench.plane.place(Direction.OUTBOUND, narrower).value())
        .isNotEqualTo(bench.plane.place(Direction.OUTBOUND, PlaneBench.PAIR).value());
    assertThat(
            bench.apply(
                PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold()),
                PlaneBench.put(narrower, new PolicyAction.Discard())))
        .allMatch(Outcome::done);
    assertThat(bench.router.policies()).hasSize(2);
  }

  @Test
  void ofTwoControllersTheNewerLeadsAndTheOlderHearsNothingOfItsRouterAnyMore() throws Exception {
    pair(0x609);
    try (PlaneBench newer = bench.second()) {
      newer.awaitReady();
      bench.await("displaced", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
      assertThat(bench.plane.status().reason()).contains("second-1");
      assertThat(bench.router.sas()).as("of a stranger").isEmpty();
      assertThat(newer.apply(PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Discard())))
          .allMatch(Outcome::done);
      assertThat(bench.fate()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(policy().getAction())
          .isEqualTo(io.keyway.protocol.vrouter.v1.PolicyAction.DISCARD);
    }
  }

  @Test
  void aStandbyLeavesTheLeadAloneAndTakesItWhenTheLeaderIsGone() throws Exception {
    pair(0x60b);
    try (PlaneBench standby = bench.second(1)) {
      standby.await(
          "stands by", () -> standby.plane.status().connection() == Connection.NOT_PRIMARY);
      assertThat(standby.plane.status().reason()).contains("takes over");
      assertThat(bench.plane.status().ready()).isTrue();
      assertThat(bench.router.sas()).hasSize(2);

      bench.plane.close();
      standby.awaitReady();
      assertThat(bench.router.attached()).isEqualTo("second-1");
      assertThat(bench.router.sas()).as("of a stranger").isEmpty();

      // Who led before leaves the lead alone, too, when it comes back.
      bench.begin(bench.takingOver(1));
      bench.await("stands by", () -> bench.plane.status().connection() == Connection.NOT_PRIMARY);
      assertThat(standby.apply(PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold())))
          .allMatch(Outcome::done);
      standby.plane.close();
      bench.awaitReady();
      assertThat(bench.router.attached()).startsWith("life-");
    }
  }

  @Test
  void aLeaderThatIsRestartedInTimeKeepsItsLeadAndItsSas() throws Exception {
    pair(0x60c);
    try (PlaneBench standby = bench.second(600)) {
      standby.await(
          "stands by", () -> standby.plane.status().connection() == Connection.NOT_PRIMARY);
      bench.plane.close();
      standby.await("noticed", () -> standby.plane.status().reason().contains("is gone"));
      bench.begin(bench.takingOver(600));
      bench.awaitReady();
      standby.await("noticed", () -> !standby.plane.status().reason().contains("is gone"));
      assertThat(standby.plane.status().connection()).isEqualTo(Connection.NOT_PRIMARY);
      assertThat(bench.router.sas()).hasSize(2);
    }
  }

  @Test
  void limitsReachedWhileNobodyListenedAreToldAfterwards() throws Exception {
    SpiLease lease = bench.lease();
    SecurityAssociation out =
        bench.sa(
            lease,
            Direction.OUTBOUND,
            0x60a,
            new Lifetime(new Lifetime.Limit(1, 0, 0), new Lifetime.Limit(2, 0, 0)));
    assertThat(bench.apply(new PlaneChange.AddSa(out, PlaneBench.keys(1)))).allMatch(Outcome::done);
    long added = System.nanoTime();
    bench.router.cut();
    bench.await("down", () -> !bench.plane.status().ready());
    while (System.nanoTime() - added < Duration.ofMillis(2200).toNanos()) {
      Thread.sleep(50);
    }
    bench.events.clear();
    bench.router.mend();
    bench.await("told", () -> !told(PlaneEvent.Expired.class).isEmpty());
    assertThat(told(PlaneEvent.Expired.class).get(0))
        .isEqualTo(new PlaneEvent.Expired(out.id().spi(), out.id().destination(), true));
  }

  @Test
  void aRouterThatVanishedWithoutAWordIsMissed() throws Exception {
    bench.plane.close();
    bench.begin(
        new Timing(
            Duration.ofSeconds(2),
            Duration.ofSeconds(3600),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofMillis(50)));
    bench.awaitReady();
    Generation before = bench.plane.generation();
    bench.events.clear();
    bench.router.freeze(true);
    bench.await("missed", () -> !told(PlaneEvent.Down.class).isEmpty());
    assertThat(told(PlaneEvent.Down.class).get(0).reason()).contains("whether it is there");
    bench.router.freeze(false);
    bench.awaitReady();
    assertThat(bench.plane.generation()).isEqualTo(before);
  }

  @Test
  void anInstallWhoseAnswerNeverComesIsUnknownInTimeAndTakenAwayAgain() throws Exception {
    bench.plane.close();
    bench.begin(
        new Timing(
            Duration.ofSeconds(3),
            Duration.ofSeconds(3600),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofSeconds(60)));
    bench.awaitReady();
    Generation before = bench.plane.generation();
    SecurityAssociation out = bench.sa(bench.lease(), Direction.OUTBOUND, 0x60b);
    bench.router.mute(true);
    SaKeys keys = new SaKeys(SecretBytes.wrap(new byte[20]), SecretBytes.empty());
    CompletionStage<List<Outcome>> asked =
        bench.plane.apply(
            before, List.of(new PlaneChange.AddSa(out, keys)), Duration.ofSeconds(60));
    bench.await("installed", () -> there(out.id()).isPresent());
    assertThat(PlaneBench.get(asked)).extracting(Outcome::kind).containsExactly(Kind.UNKNOWN);
    bench.router.mute(false);
    bench.await("taken away", () -> bench.plane.status().ready() && there(out.id()).isEmpty());
    assertThat(keys.encryption().isWiped()).isTrue();
    assertThat(bench.recorder.installs()).hasSize(1);
    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
  }
}
