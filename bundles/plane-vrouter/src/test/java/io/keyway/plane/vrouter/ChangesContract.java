package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.plane.PlaneChange;
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
import io.keyway.protocol.vrouter.v1.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Changes and questions while all is well. */
public abstract class ChangesContract extends AgentContract {

  @Test
  void aPairAndItsPolicyArriveAsTheyWereAskedFor() {
    SpiLease lease = bench.lease();
    assertThat(lease.index()).isEqualTo(lease.spi().value());
    assertThat(bench.router.leases()).contains(lease.spi().bits());
    SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0xdeadbeefL);
    SaKeys inKeys = PlaneBench.keys(1);
    SaKeys outKeys = PlaneBench.keys(2);

    assertThat(
            bench.apply(
                new PlaneChange.AddSa(in, inKeys),
                new PlaneChange.AddSa(out, outKeys),
                PlaneBench.protect(out)))
        .allMatch(Outcome::done);

    assertThat(inKeys.encryption().isWiped()).isTrue();
    assertThat(outKeys.encryption().isWiped()).isTrue();
    assertThat(bench.recorder.installs())
        .extracting(Recorder.Install::print)
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(bench.router.sas()).hasSize(2);
    var sent = there(in.id()).orElseThrow();
    assertThat(sent.getReplayWindow()).isEqualTo(128);
    assertThat(sent.getEsn()).isTrue();
    assertThat(sent.getOwner()).isEqualTo("keyway/ike-native");
    assertThat(sent.getSoft().getPackets()).isEqualTo(1000);
    assertThat(sent.getHard().getSeconds()).isEqualTo(3600);
    assertThat(there(out.id()).orElseThrow().getReplayWindow()).isZero();
    Policy policy = policy();
    assertThat(policy.getSa().getSpi()).isEqualTo(0xdeadbeef);
    assertThat(policy.getSelectors().getLocal().getLast())
        .isEqualTo(Samples.octets("10.1.255.255"));
    assertThat(bench.router.leases()).isEmpty();
    assertThat(bench.plane.status().tables())
        .extracting(TableUse::table, TableUse::used)
        .containsExactly(tuple("sas", 2L), tuple("policies", 1L));
    assertThat(bench.plane.status().tables()).allMatch(t -> t.size() >= 1000);
  }

  @Test
  void selectorsPassThroughWithPrefixesRangesPortsAndProtocol() {
    SelectorPair pair =
        new SelectorPair(
            new TrafficSelector(
                PlaneBench.address("2001:db8::5"), PlaneBench.address("2001:db8::9"), 6, 80, 90),
            new TrafficSelector(
                PlaneBench.address("2001:db8:1::"),
                PlaneBench.address("2001:db8:1::ff"),
                6,
                0,
                65535));
    assertThat(bench.apply(PlaneBench.put(pair, new PolicyAction.Trap()))).allMatch(Outcome::done);
    Policy policy = policy();
    assertThat(policy.getSelectors().getProtocol()).isEqualTo(6);
    assertThat(policy.getSelectors().getLocal().getFirst().size()).isEqualTo(16);
    assertThat(policy.getSelectors().getLocal().getFirstPort()).isEqualTo(80);
    assertThat(policy.getSelectors().getLocal().getLastPort()).isEqualTo(90);
  }

  @Test
  void twoProtocolsInOnePairAreRefusedBeforeTheRouterSeesThem() {
    SelectorPair pair =
        new SelectorPair(
            TrafficSelector.host(PlaneBench.address("10.0.0.1"), 6),
            TrafficSelector.host(PlaneBench.address("10.0.0.2"), 17));
    assertThat(bench.plane.place(Direction.OUTBOUND, pair).outcome().reason())
        .contains("two protocols");
    List<Outcome> outcomes =
        bench.apply(
            PlaneBench.put(pair, new PolicyAction.Hold()),
            PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold()));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.REFUSED, Kind.OK);
    assertThat(bench.router.policies()).hasSize(1);
  }

  @Test
  void everyItemHasItsOwnOutcomeAndOneBadOneLeavesTheOthersAlone() {
    SpiLease lease = bench.lease();
    SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
    assertThat(bench.apply(new PlaneChange.AddSa(in, PlaneBench.keys(1)))).allMatch(Outcome::done);
    List<Outcome> outcomes =
        bench.apply(
            new PlaneChange.AddSa(in, PlaneBench.keys(3)),
            new PlaneChange.RemoveSa(bench.sa(lease, Direction.OUTBOUND, 0x777).id()),
            PlaneBench.protect(bench.sa(lease, Direction.OUTBOUND, 0x999)),
            PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold()));
    assertThat(outcomes)
        .extracting(Outcome::kind)
        .containsExactly(Kind.CONFLICT, Kind.ABSENT, Kind.REFUSED, Kind.OK);
    assertThat(outcomes.get(2).reason()).contains("is not there");
  }

  @Test
  void aJobLargerThanABatchGoesInSeveralCallsInItsOrder() {
    int calls = 3;
    int most = bench.router.batch();
    List<PlaneChange> many = new ArrayList<>();
    IntStream.range(0, most * (calls - 1) + most / 2)
        .forEach(
            i ->
                many.add(
                    PlaneBench.put(
                        new SelectorPair(
                            TrafficSelector.host(
                                PlaneBench.address("10.0." + i / 250 + "." + i % 250)),
                            TrafficSelector.host(PlaneBench.address("10.9.0.1"))),
                        new PolicyAction.Hold())));
    assertThat(bench.apply(many.toArray(PlaneChange[]::new)))
        .hasSize(many.size())
        .allMatch(Outcome::done);
    assertThat(bench.recorder.applies()).isEqualTo(calls);
    assertThat(bench.router.policies()).hasSize(many.size());
    for (int i = 0; i < many.size(); i++) {
      Policy sent = bench.recorder.changes().get(i).getAddPolicy().getPolicy();
      assertThat(sent.getSelectors().getLocal().getFirst())
          .isEqualTo(Samples.octets("10.0." + i / 250 + "." + i % 250));
    }
  }

  @Test
  void aMoveKeepsTheNameOfTheSa() {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x500);
    bench.apply(new PlaneChange.AddSa(out, PlaneBench.keys(1)));
    Endpoints moved =
        new Endpoints(
            PlaneBench.address("192.0.2.1"),
            PlaneBench.address("203.0.113.7"),
            Optional.of(new Endpoints.UdpPorts(4500, 61000)));
    assertThat(bench.apply(new PlaneChange.MoveSa(out.id(), moved))).allMatch(Outcome::done);
    // Its name is the one that it was added with, wherever its packets go.
    assertThat(there(out.id()).orElseThrow().getEndpoints().getRemotePort()).isEqualTo(61000);
    assertThat(
            bench.apply(
                PlaneBench.protect(out), PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Hold())))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.OK);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    Endpoints other =
        new Endpoints(
            PlaneBench.address("2001:db8::1"), PlaneBench.address("2001:db8::2"), Optional.empty());
    // As the router's capabilities say: move_between_families, in tunnel mode.
    assertThat(bench.apply(new PlaneChange.MoveSa(out.id(), other))).allMatch(Outcome::done);
    assertThat(there(out.id()).orElseThrow().getEndpoints().getRemote().size()).isEqualTo(16);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    assertThat(bench.apply(new PlaneChange.RemoveSa(out.id()))).allMatch(Outcome::done);
    assertThat(bench.router.sas()).isEmpty();
  }

  @Test
  void changesOfAnotherLifeAreNotMade() {
    List<Outcome> outcomes =
        PlaneBench.get(
            bench.plane.apply(
                new Generation(1),
                List.of(PlaneBench.put(PlaneBench.PAIR, new PolicyAction.Bypass())),
                PlaneBench.LIMIT));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.UNAVAILABLE);
    assertThat(bench.recorder.changes()).isEmpty();
  }

  @Test
  void manyWhoAskForSpisAtOnceGetOneEach() {
    var stages =
        IntStream.range(0, 200).mapToObj(i -> bench.plane.allocateSpi(PlaneBench.LIMIT)).toList();
    assertThat(stages.stream().map(s -> PlaneBench.get(s).value().orElseThrow().spi()))
        .doesNotHaveDuplicates()
        .hasSize(200);
    SpiLease one = PlaneBench.get(stages.get(0)).value().orElseThrow();
    assertThat(PlaneBench.get(bench.plane.releaseSpi(one)).kind()).isEqualTo(Kind.OK);
    assertThat(PlaneBench.get(bench.plane.releaseSpi(one)).kind()).isEqualTo(Kind.ABSENT);
    assertThat(bench.router.leases()).hasSize(199);
    SpiLease used = PlaneBench.get(stages.get(1)).value().orElseThrow();
    bench.apply(new PlaneChange.AddSa(bench.sa(used, Direction.INBOUND, 0), PlaneBench.keys(1)));
    assertThat(PlaneBench.get(bench.plane.releaseSpi(used)).done()).isFalse();
  }

  @Test
  void aSnapshotShowsWhatIsThereAndWhatIsOurs() {
    SpiLease lease = bench.lease();
    SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x504);
    bench.apply(new PlaneChange.AddSa(out, PlaneBench.keys(0x5a)), PlaneBench.protect(out));
    bench.router.put(
        policy().toBuilder()
            .clearSa()
            .setOwner("else")
            .setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND)
            .build());
    PlaneSnapshot snapshot =
        PlaneBench.get(bench.plane.snapshot(PlaneBench.LIMIT)).value().orElseThrow();
    assertThat(snapshot.sasReadBack()).isTrue();
    assertThat(snapshot.sas()).containsExactly(out.id());
    assertThat(snapshot.rows()).hasSize(3);
    assertThat(snapshot.rows()).filteredOn(PlaneSnapshot.Row::ours).hasSize(2);
    assertThat(snapshot.toString()).doesNotContain("5a5a");
  }

  @Test
  void anSpiThatIsTakenIsAConflictAndTheSaThatHasItStays() {
    SecurityAssociation out = pair(0x505);
    var before = there(out.id());
    List<Outcome> outcomes = bench.apply(new PlaneChange.AddSa(out, PlaneBench.keys(7)));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(Kind.CONFLICT);
    assertThat(outcomes.get(0).reason()).contains("already");
    assertThat(there(out.id())).isEqualTo(before);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
  }

  @Test
  void aLateRemovalIsAbsentAndAPolicyOutlivesItsSa() {
    SecurityAssociation out = pair(0x506);
    assertThat(bench.apply(new PlaneChange.RemoveSa(out.id()), new PlaneChange.RemoveSa(out.id())))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.ABSENT);
    // It holds what it would have sent.
    assertThat(policy().getSa().getSpi()).isEqualTo(0x506);
    assertThat(PlaneBench.get(bench.plane.reconcile("check", SHORT)).kind()).isEqualTo(Kind.SAME);
    PlaneChange remove = new PlaneChange.RemovePolicy(Direction.OUTBOUND, PlaneBench.PAIR);
    assertThat(bench.apply(remove, remove))
        .extracting(Outcome::kind)
        .containsExactly(Kind.OK, Kind.ABSENT);
  }

  @Test
  void countersAreThereFromTheFirstMomentAndOfNothingElse() {
    SecurityAssociation out = pair(0x507);
    SecurityAssociation never = bench.sa(bench.lease(), Direction.OUTBOUND, 0x508);
    Map<io.keyway.api.sa.SaId, Usage> usage =
        PlaneBench.get(bench.plane.saUsage(List.of(out.id(), never.id()), PlaneBench.LIMIT));
    assertThat(usage).containsOnlyKeys(out.id());
    assertThat(usage.get(out.id()).packets()).hasValue(0);
    assertThat(usage.get(out.id()).lastUseSeconds()).isEmpty();
    SelectorPair nowhere =
        new SelectorPair(
            TrafficSelector.host(PlaneBench.address("10.77.0.1")), PlaneBench.PAIR.remote());
    assertThat(
            PlaneBench.get(
                bench.plane.policyUsage(List.of(PlaneBench.PAIR, nowhere), PlaneBench.LIMIT)))
        .isEqualTo(Map.of(PlaneBench.PAIR, Usage.of(0, 0)));
  }

  @Test
  void theRouterCanWhatTunnelsAreCheckedAgainstBeforeThereIsContact() {
    assertThat(bench.plane.capabilities().encryption())
        .containsAll(
            List.of(
                EncryptionAlgorithm.AES_GCM_16_128,
                EncryptionAlgorithm.AES_GCM_16_256,
                EncryptionAlgorithm.CHACHA20_POLY1305));
    assertThat(bench.plane.capabilities().maxReplayWindow()).isEqualTo(4096);
    assertThat(bench.plane.capabilities().modes()).hasSize(2);
  }
}
