package io.keyway.plane.infrap4d.core;

import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.ExpiryText;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Contact, its loss, generations, leases and time limits. */
class PlaneSessionTest {

  private final Bench bench = new Bench();
  private final FakeDevice device = bench.device;
  private final RowKey heldRow =
      RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, 0);

  @Test
  void theFirstContactReportsUpAndNoNewGeneration() {
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.READY);
    assertThat(bench.events).containsExactly(new PlaneEvent.Up(bench.plane.generation()));
    assertThat(bench.plane.generation()).isGreaterThan(Generation.NONE);
  }

  @Test
  void aShortLossOfContactWithAllRowsThereIsTheSameLife() {
    bench.up();
    Generation before = bench.plane.generation();
    bench.events.clear();
    device.lose();
    bench.executor.run();
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.DOWN);
    assertThat(bench.kinds(Bench.hold())).containsExactly(UNAVAILABLE);

    bench.executor.advance(5_000);

    assertThat(bench.plane.generation()).isEqualTo(before);
    assertThat(bench.events)
        .containsExactly(new PlaneEvent.Down("the test cut the cord"), new PlaneEvent.Up(before));
  }

  @Test
  void aRestartedDeviceIsANewGenerationWithoutSasAndLeases() {
    SpiLease lease = bench.up();
    SpiLease waiting = bench.lease();
    Generation before = bench.plane.generation();
    bench.events.clear();
    device.restart();
    device.lose();
    bench.executor.advance(5_000);

    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(bench.events.get(1)).isInstanceOf(PlaneEvent.GenerationChanged.class);
    assertThat(bench.events.get(2)).isEqualTo(new PlaneEvent.Up(bench.plane.generation()));
    int inserts = device.inserts.size();
    assertThat(bench.kinds(bench.add(waiting, Direction.INBOUND))).containsExactly(UNAVAILABLE);
    assertThat(bench.kinds(bench.add(lease, Direction.OUTBOUND))).containsExactly(UNAVAILABLE);
    assertThat(device.inserts).as("no key of the former life").hasSize(inserts);
    assertThat(bench.keysAreGone()).isTrue();
    assertThat(device.rows)
        .as("held before anybody asked")
        .containsEntry(heldRow, RowAction.drop());
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.SAME);
    assertThat(device.rows).hasSize(2);
  }

  @Test
  void aRowThatVanishesUnderUsEndsTheGenerationAndItsSasGoOncePoliciesHold() {
    bench.up();
    Generation before = bench.plane.generation();
    device.rows.remove(RowKey.tunnelTerm((Inet4Address) Bench.REMOTE, (Inet4Address) Bench.LOCAL));
    bench.executor.advance(31_000);

    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(device.sas.keySet())
        .as("the outbound one is still named by the SPD")
        .allMatch(r -> r.direction() == Direction.OUTBOUND)
        .hasSize(1);
    assertThat(bench.kinds(Bench.hold())).containsExactly(OK);
    assertThat(device.sas).isEmpty();
    assertThat(device.rows.values()).containsOnly(RowAction.drop());
  }

  @Test
  void aPipelineThatWasPushedAgainIsNoticed() {
    Generation before = bench.plane.generation();
    device.cookie = 2;
    bench.executor.advance(31_000);
    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(bench.events).hasAtLeastOneElementOfType(PlaneEvent.GenerationChanged.class);
    assertThat(bench.events)
        .as("those who wait for it to come up write everything anew")
        .endsWith(new PlaneEvent.Up(bench.plane.generation()));
  }

  @Test
  void aDeviceWithoutPipelineIsAClearStatusAndTriedAgain() {
    FakeDevice empty = new FakeDevice(1);
    empty.connectFault =
        new DeviceException(DeviceException.Kind.NO_PIPELINE, "no pipeline yet; set one");
    Bench waiting = new Bench(empty, Bench.settings(), new Bench.Memory());
    assertThat(waiting.plane.status().connection()).isEqualTo(Connection.NO_PIPELINE);
    assertThat(waiting.plane.status().reason()).contains("no pipeline yet");
    assertThat(waiting.apply(Bench.hold()).get(0).reason()).contains("no pipeline yet");
    empty.connectFault = null;
    waiting.executor.advance(2_000);
    assertThat(waiting.plane.status().connection()).isEqualTo(Connection.READY);
  }

  @Test
  void pausesBetweenAttemptsGrowToALimit() {
    FakeDevice dead = new FakeDevice(1);
    dead.connectFault = new DeviceException(DeviceException.Kind.UNREACHABLE, "refused");
    Bench waiting = new Bench(dead, Bench.settings(), new Bench.Memory());
    waiting.executor.advance(600_000);
    assertThat(dead.connects).isBetween(14, 60);
    assertThat(waiting.events).containsExactly(new PlaneEvent.Down("refused"));
  }

  @Test
  void whatWaitsIsBoundedAndTheOneTooManyIsToldToComeBack() {
    List<io.keyway.api.plane.PlaneChange> many =
        java.util.Collections.nCopies(JobQueue.MOST_CHANGES, Bench.hold());
    var first = bench.plane.apply(bench.plane.generation(), many, Bench.LONG);
    Outcome refused =
        bench
            .plane
            .apply(bench.plane.generation(), List.of(Bench.hold()), Bench.LONG)
            .toCompletableFuture()
            .getNow(List.of())
            .get(0);
    assertThat(refused.kind()).isEqualTo(UNAVAILABLE);
    assertThat(refused.reason()).contains("50000 changes waiting; come back later");
    assertThat(first.toCompletableFuture().isDone()).as("the others still wait").isFalse();
  }

  @Test
  void requestsForAnotherGenerationAreTurnedAwayAndTheirKeysWiped() {
    SpiLease lease = bench.lease();
    List<Outcome> outcomes =
        bench.get(
            bench.plane.apply(
                new Generation(1), List.of(bench.add(lease, Direction.INBOUND)), Bench.LONG));
    assertThat(outcomes).extracting(Outcome::kind).containsExactly(UNAVAILABLE);
    assertThat(bench.keysAreGone()).isTrue();
    assertThat(device.inserts).isEmpty();
  }

  @Test
  void aRequestThatDidNotBeginInTimeIsNeverBegun() {
    SpiLease lease = bench.lease();
    var answer =
        bench.plane.apply(
            bench.plane.generation(),
            List.of(bench.add(lease, Direction.INBOUND)),
            Duration.ofSeconds(1));
    bench.timer.advance(1_001);
    assertThat(answer.toCompletableFuture().join())
        .extracting(Outcome::kind)
        .containsExactly(UNAVAILABLE);
    assertThat(bench.keysAreGone()).isTrue();
    bench.executor.run();
    assertThat(device.inserts).isEmpty();
  }

  @Test
  void aRequestOnItsWayWhenTheTimeEndsIsUnknownAndItsKeysAreWipedWhenItEnds() {
    SpiLease lease = bench.lease();
    device.insertFault =
        sa -> {
          bench.timer.advance(1_001);
          assertThat(sa.key().isWiped()).isFalse();
          return null;
        };
    var answer =
        bench.plane.apply(
            bench.plane.generation(),
            List.of(bench.add(lease, Direction.INBOUND)),
            Duration.ofSeconds(1));
    bench.executor.run();
    assertThat(answer.toCompletableFuture().join())
        .extracting(Outcome::kind)
        .containsExactly(UNKNOWN);
    assertThat(bench.keysAreGone()).isTrue();
    device.insertFault = sa -> null;
    assertThat(bench.kinds(Bench.remove(lease, Direction.INBOUND))).containsExactly(OK);
    assertThat(device.rows).isEmpty();
  }

  @Test
  void anSpiThatWasGivenBackIsTheNextOneAndOneOfALostRequestIsNotLost() {
    SpiLease first = bench.lease();
    assertThat(first.index()).isEqualTo(first.spi().value() & 0xFFFFFF);
    assertThat(bench.get(bench.plane.releaseSpi(first)).kind()).isEqualTo(OK);
    assertThat(bench.lease()).isEqualTo(first);
    assertThat(device.spiReads).isEqualTo(1);
  }

  @Test
  void thoseThatWaitForSpisGetThemFromOneQuestionAndNoneIsReadForNobody() {
    List<java.util.concurrent.CompletionStage<Result<SpiLease>>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(bench.plane.allocateSpi(Bench.LONG));
    }
    bench.executor.run();
    assertThat(waiting)
        .extracting(s -> s.toCompletableFuture().getNow(null).value().orElseThrow().index())
        .doesNotHaveDuplicates()
        .hasSize(20);
    assertThat(device.spiCalls).isEqualTo(1);
    assertThat(device.spiReads).isEqualTo(20);
    bench.lease();
    assertThat(device.spiReads).isEqualTo(21);
  }

  @Test
  void aShortJobIsAnsweredBeforeTheLongOneThatItSharesWritesWith() {
    List<Integer> writesWhenAnswered = new ArrayList<>();
    var held = bench.plane.apply(bench.plane.generation(), List.of(Bench.hold()), Bench.LONG);
    held.thenAccept(o -> writesWhenAnswered.add(device.writes.size()));
    bench.plane.apply(
        bench.plane.generation(),
        List.of(
            Bench.hold("10.2.0.7", 6),
            new io.keyway.api.plane.PlaneChange.RemovePolicy(
                Direction.OUTBOUND, Bench.pair("10.2.0.7", 6)),
            Bench.hold("10.2.0.8", 6)),
        Bench.LONG);
    bench.executor.run();
    assertThat(writesWhenAnswered).containsExactly(1);
    assertThat(device.writes).hasSizeGreaterThan(2);
  }

  @Test
  void anIndexInUseIsSkippedAndZeroIsAFailureThatNamesItsCause() {
    SpiLease first = bench.up();
    device.nextSpi = 0x02000000L | first.index();
    assertThat(bench.lease().index()).isNotEqualTo(first.index());
    device.nextSpi = 0;
    Result<SpiLease> none = bench.get(bench.plane.allocateSpi(Bench.LONG));
    assertThat(none.outcome()).isEqualTo(Outcome.unavailable("it answered 0"));
    device.nextSpi = 1;
    assertThat(bench.get(bench.plane.allocateSpi(Bench.LONG)).outcome().reason())
        .contains("spi-byte-order");
  }

  @Test
  void anUpdatedBundleGoesOnWhereTheFormerOneEnded() {
    SpiLease lease = bench.up();
    Generation before = bench.plane.generation();
    int deletes = device.log.size();
    bench.plane.close();
    assertThat(device.log.subList(deletes, device.log.size())).containsExactly("CLOSE", "END");

    Bench next = new Bench(device, Bench.settings(), bench.memory);
    assertThat(next.plane.generation()).isEqualTo(before);
    assertThat(next.events).containsExactly(new PlaneEvent.Up(before));
    SpiLease fresh = next.lease();
    assertThat(
            next.kinds(
                next.add(fresh, Direction.INBOUND),
                next.add(fresh, Direction.OUTBOUND),
                Bench.protect(fresh),
                Bench.remove(lease, Direction.OUTBOUND),
                Bench.remove(lease, Direction.INBOUND)))
        .containsOnly(OK);
    next.apply(
        Bench.clear(),
        Bench.remove(fresh, Direction.OUTBOUND),
        Bench.remove(fresh, Direction.INBOUND));
    assertThat(device.rows).as("no leftover").isEmpty();
    assertThat(device.sas).isEmpty();
  }

  @Test
  void anUpdatedBundleThatFindsTheDeviceRestartedStartsANewGeneration() {
    bench.up();
    Generation before = bench.plane.generation();
    bench.plane.close();
    device.restart();
    Bench next = new Bench(device, Bench.settings(), bench.memory);
    assertThat(next.plane.generation()).isGreaterThan(before);
    assertThat(next.events.get(0)).isInstanceOf(PlaneEvent.GenerationChanged.class);
  }

  @Test
  void expiriesBecomeEvents() {
    bench.events.clear();
    device.listener.expired(new ExpiryText(0x1000101, true, 50, Bench.LOCAL));
    bench.executor.run();
    assertThat(bench.events)
        .containsExactly(
            new PlaneEvent.Expired(new io.keyway.api.sa.Spi(0x1000101), Bench.LOCAL, false));
  }

  @Test
  void usageIsOfProtectedPlacesOnlyAndAbsentElsewhere() {
    bench.up();
    bench.apply(Bench.hold("10.2.0.9", 6));
    device.rows.keySet().forEach(key -> device.counted.put(key, Usage.of(0, 0)));
    device.counted.put(heldRow, Usage.of(3, 300));
    device.counted.put(RowKey.spd((Inet4Address) Bench.address("10.2.0.1"), 6), Usage.of(3, 300));
    Map<?, Usage> usage =
        bench.get(
            bench.plane.policyUsage(
                List.of(Bench.pair("10.2.0.1", 6), Bench.pair("10.2.0.9", 6)), Bench.LONG));
    assertThat(usage).isEqualTo(Map.of(Bench.pair("10.2.0.1", 6), Usage.of(3, 300)));
    assertThat(bench.get(bench.plane.heldUsage(List.of(Bench.pair("10.2.0.9", 6)), Bench.LONG)))
        .isEqualTo(Map.of(Bench.pair("10.2.0.9", 6), Usage.of(0, 0)));
  }

  @Test
  void manyQuestionsAboutCountersAreOneReading() {
    bench.up();
    for (int i = 0; i < 400; i++) {
      bench.plane.policyUsage(List.of(Bench.pair("10.2.0.1", 6)), Bench.LONG);
    }
    bench.executor.run();
    assertThat(device.counterReads).isEqualTo(1);
    bench.get(bench.plane.policyUsage(List.of(Bench.pair("10.2.0.1", 6)), Bench.LONG));
    assertThat(device.counterReads).as("one that is asked later reads anew").isEqualTo(2);
  }

  @Test
  void aSnapshotShowsRowsForPeopleAndWhoseTheyAre() {
    bench.up();
    device.rows.put(
        RowKey.encapMod(77),
        RowAction.encap((Inet4Address) Bench.LOCAL, (Inet4Address) Bench.REMOTE));
    PlaneSnapshot snapshot = bench.get(bench.plane.snapshot(Bench.LONG)).value().orElseThrow();
    assertThat(snapshot.sas()).hasSize(2);
    assertThat(snapshot.sasReadBack()).isFalse();
    assertThat(snapshot.rows())
        .hasSize(8)
        .contains(
            new PlaneSnapshot.Row(
                "ipsec_tunnel_encap_mod_table",
                Map.of("mod_blob_ptr", "77"),
                "ipsec_tunnel_encap_mod",
                Map.of(
                    "ipsec_src_addr", "192.0.2.1",
                    "ipsec_dst_addr", "198.51.100.1",
                    "proto", "4"),
                false))
        .filteredOn(r -> !r.ours())
        .hasSize(1);
  }

  @Test
  void purgeRemovesWhatNobodyKnowsAndCheckOnlyCounts() {
    bench.up();
    RowKey stranger = RowKey.encapMod(77);
    device.rows.put(
        stranger, RowAction.encap((Inet4Address) Bench.LOCAL, (Inet4Address) Bench.REMOTE));
    assertThat(bench.get(bench.plane.reconcile("check", Bench.LONG)).kind()).isEqualTo(OK);
    assertThat(bench.plane.status().drift()).hasValue(1);
    assertThat(device.rows).containsKey(stranger);
    assertThat(bench.get(bench.plane.reconcile("purge", Bench.LONG)).kind()).isEqualTo(OK);
    assertThat(device.rows).doesNotContainKey(stranger).hasSize(7);
    assertThat(bench.plane.status().drift()).hasValue(0);
    assertThat(bench.get(bench.plane.reconcile("mend", Bench.LONG)).reason()).contains("purge");
  }

  @Test
  void purgeRemovesTheSasOfUnknownRowsTooButNoneThatIsOursOrStillHasARow() {
    SpiLease ours = bench.up();
    RowKey removed =
        RowKey.rxClassification((Inet4Address) Bench.REMOTE, (Inet4Address) Bench.LOCAL, 77);
    RowKey stays = RowKey.tunnel(88);
    RowKey shared =
        RowKey.rxClassification((Inet4Address) Bench.REMOTE, (Inet4Address) Bench.LOCAL, 99);
    device.rows.put(removed, RowAction.decrypt(77));
    device.rows.put(stays, RowAction.setTunnel(88));
    device.rows.put(shared, RowAction.decrypt(ours.index()));
    for (long index : new long[] {77, 88}) {
      device.sas.put(new SaRef(index, Direction.INBOUND), index);
    }
    device.rowFault =
        op -> op.key().equals(stays) ? FakeDevice.fault(RowResult.Kind.UNAVAILABLE) : null;
    assertThat(bench.get(bench.plane.reconcile("purge", Bench.LONG)).reason())
        .contains("1 rows could not be removed");
    assertThat(device.rows).doesNotContainKeys(removed, shared).containsKey(stays);
    assertThat(device.sas)
        .containsOnlyKeys(
            new SaRef(88, Direction.INBOUND),
            new SaRef(ours.index(), Direction.INBOUND),
            new SaRef(ours.index(), Direction.OUTBOUND));
  }

  @Test
  void rowsFreeAreSizesMinusWhatIsUsed() {
    bench.up();
    assertThat(bench.plane.status().tables())
        .anySatisfy(
            t -> {
              assertThat(t.table()).isEqualTo("ipsec_tx_sa_classification_table");
              assertThat(t.used()).isEqualTo(2);
              assertThat(t.size()).isEqualTo(1024);
            });
  }
}
