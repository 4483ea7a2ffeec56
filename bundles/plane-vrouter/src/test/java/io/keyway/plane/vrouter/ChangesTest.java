package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.PolicyStatus;
import io.keyway.protocol.vrouter.v1.SaStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
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
  void aPairAndItsPolicyArriveAsTheyWereAskedFor() {
    SpiLease lease = bench.lease();
    assertThat(lease.index()).isEqualTo(lease.spi().value());
    assertThat(bench.agent.leases()).contains(lease.spi().bits());
    SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0xdeadbeefL);
    SaKeys inKeys = Bench.keys(1);
    SaKeys outKeys = Bench.keys(2);

    assertThat(
            bench.apply(
                new PlaneChange.AddSa(in, inKeys),
                new PlaneChange.AddSa(out, outKeys),
                Bench.protect(out)))
        .allMatch(Outcome::done);

    assertThat(inKeys.encryption().isWiped()).isTrue();
    assertThat(outKeys.encryption().isWiped()).isTrue();
    assertThat(bench.agent.installs())
        .extracting(FakeAgent.Install::key)
        .containsExactly("01".repeat(20), "02".repeat(20));
    var sent = bench.agent.sas().get(0);
    assertThat(sent.getReplayWindow()).isEqualTo(128);
    assertThat(sent.getEsn()).isTrue();
    assertThat(sent.getOwner()).isEqualTo("keyway/ike-native");
    assertThat(sent.getSoft().getPackets()).isEqualTo(1000);
    assertThat(sent.getHard().getSeconds()).isEqualTo(3600);
    assertThat(bench.agent.sas().get(1).getReplayWindow()).isZero();
    Policy policy = bench.agent.policies().get(0);
    assertThat(policy.getSa().getSpi()).isEqualTo(0xdeadbeef);
    assertThat(policy.getSelectors().getLocal().getLast())
        .isEqualTo(Samples.octets("10.1.255.255"));
    assertThat(bench.agent.leases()).isEmpty();
    assertThat(bench.plane.status().tables())
        .isEqualTo(List.of(new TableUse("sas", 2, 1000), new TableUse("policies", 1, 1000)));
  }

  @Test
  void selectorsPassThroughWithPrefixesRangesPortsAndProtocol() {
    SelectorPair pair =
        new SelectorPair(
            new TrafficSelector(
                Bench.address("2001:db8::5"), Bench.address("2001:db8::9"), 6, 80, 90),
            new TrafficSelector(
                Bench.address("2001:db8:1::"), Bench.address("2001:db8:1::ff"), 6, 0, 65535));
    assertThat(bench.apply(Bench.put(pair, new PolicyAction.Trap()))).allMatch(Outcome::done);
    Policy policy = bench.agent.policies().get(0);
    assertThat(policy.getSelectors().getProtocol()).isEqualTo(6);
    assertThat(policy.getSelectors().getLocal().getFirst().size()).isEqualTo(16);
    assertThat(policy.getSelectors().getLocal().getFirstPort()).isEqualTo(80);
    assertThat(policy.getSelectors().getLocal().getLastPort()).isEqualTo(90);
  }

  @Test
  void twoProtocolsInOnePairAreRefusedBeforeTheRouterSeesThem() {
    SelectorPair pair =
        new SelectorPair(
            TrafficSelector.host(Bench.address("10.0.0.1"), 6),
            TrafficSelector.host(Bench.address("10.0.0.2"), 17));
    assertThat(bench.plane.place(Direction.OUTBOUND, pair).outcome().reason())
        .contains("two protocols");
    List<Outcome> outcomes =
        bench.apply(
            Bench.put(pair, new PolicyAction.Hold()),
            Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.REFUSED, Kind.OK);
    assertThat(bench.agent.policies()).hasSize(1);
  }

  @Test
  void everyItemHasItsOwnOutcomeAndOneBadOneLeavesTheOthersAlone() {
    SpiLease lease = bench.lease();
    SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
    assertThat(bench.apply(new PlaneChange.AddSa(in, Bench.keys(1)))).allMatch(Outcome::done);
    List<Outcome> outcomes =
        bench.apply(
            new PlaneChange.AddSa(in, Bench.keys(3)),
            new PlaneChange.RemoveSa(bench.sa(lease, Direction.OUTBOUND, 0x777).id()),
            Bench.protect(bench.sa(lease, Direction.OUTBOUND, 0x999)),
            Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    assertThat(outcomes)
        .extracting(Outcome::kind)
        .containsExactly(Kind.CONFLICT, Kind.ABSENT, Kind.REFUSED, Kind.OK);
    assertThat(outcomes.get(2).reason()).contains("does not exist");
  }

  @Test
  void aJobLargerThanABatchGoesInSeveralCallsInItsOrder() {
    List<PlaneChange> many = new ArrayList<>();
    IntStream.range(0, 150)
        .forEach(
            i ->
                many.add(
                    Bench.put(
                        new SelectorPair(
                            TrafficSelector.host(Bench.address("10.0.0." + i)),
                            TrafficSelector.host(Bench.address("10.9.0.1"))),
                        new PolicyAction.Hold())));
    assertThat(bench.apply(many.toArray(PlaneChange[]::new))).hasSize(150).allMatch(Outcome::done);
    assertThat(bench.agent.applies()).isEqualTo(3);
    assertThat(bench.agent.policies()).hasSize(150);
    assertThat(bench.agent.policies().get(149).getSelectors().getLocal().getFirst())
        .isEqualTo(Samples.octets("10.0.0.149"));
  }

  @Test
  void aMoveKeepsTheNameOfTheSa() {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x500);
    bench.apply(new PlaneChange.AddSa(out, Bench.keys(1)));
    Endpoints moved =
        new Endpoints(
            Bench.address("192.0.2.1"),
            Bench.address("203.0.113.7"),
            Optional.of(new Endpoints.UdpPorts(4500, 61000)));
    assertThat(bench.apply(new PlaneChange.MoveSa(out.id(), moved))).allMatch(Outcome::done);
    assertThat(bench.agent.sas().get(0).getEndpoints().getRemotePort()).isEqualTo(61000);
    assertThat(bench.apply(new PlaneChange.RemoveSa(out.id()))).allMatch(Outcome::done);
    assertThat(bench.agent.sas()).isEmpty();
  }

  @Test
  void changesOfAnotherLifeAreNotMade() {
    List<Outcome> outcomes =
        Bench.get(
            bench.plane.apply(
                new Generation(1),
                List.of(Bench.put(Bench.PAIR, new PolicyAction.Bypass())),
                Bench.LIMIT));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.UNAVAILABLE);
    assertThat(bench.agent.changes()).isEmpty();
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
  void manyWhoAskForSpisAtOnceGetOneEach() {
    var stages =
        IntStream.range(0, 200).mapToObj(i -> bench.plane.allocateSpi(Bench.LIMIT)).toList();
    assertThat(stages.stream().map(s -> Bench.get(s).value().orElseThrow().spi()))
        .doesNotHaveDuplicates()
        .hasSize(200);
    SpiLease one = Bench.get(stages.get(0)).value().orElseThrow();
    assertThat(Bench.get(bench.plane.releaseSpi(one)).kind()).isEqualTo(Kind.OK);
    assertThat(Bench.get(bench.plane.releaseSpi(one)).kind()).isEqualTo(Kind.ABSENT);
    assertThat(bench.agent.leases()).hasSize(199);
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

  @Test
  void aSnapshotShowsWhatIsThereAndWhatIsOurs() {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x504);
    bench.apply(new PlaneChange.AddSa(out, Bench.keys(0x5a)), Bench.protect(out));
    bench.agent.put(
        bench.agent.policies().get(0).toBuilder()
            .setOwner("else")
            .setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND)
            .build());
    PlaneSnapshot snapshot = Bench.get(bench.plane.snapshot(Bench.LIMIT)).value().orElseThrow();
    assertThat(snapshot.sasReadBack()).isTrue();
    assertThat(snapshot.sas()).containsExactly(out.id());
    assertThat(snapshot.rows()).hasSize(3);
    assertThat(snapshot.rows()).filteredOn(PlaneSnapshot.Row::ours).hasSize(2);
    assertThat(snapshot.toString()).doesNotContain("5a5a");
  }
}
