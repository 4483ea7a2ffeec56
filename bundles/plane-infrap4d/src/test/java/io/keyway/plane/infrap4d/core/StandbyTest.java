package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.RowResult;
import org.junit.jupiter.api.Test;

/** While another controller leads: contact, and nothing else. */
class StandbyTest {

  private static Bench standingBy() {
    FakeDevice device = new FakeDevice(1);
    device.leads = false;
    return new Bench(device, Bench.settings(), new Bench.Memory());
  }

  private static void promote(Bench bench) {
    bench.device.leads = true;
    bench.device.listener.leading();
    bench.executor.run();
  }

  private static void demote(Bench bench) {
    bench.device.leads = false;
    bench.device.listener.standby("another controller leads");
    bench.executor.run();
  }

  @Test
  void aStandbyKeepsItsOneContactAndChangesNothing() {
    Bench bench = standingBy();
    bench.executor.advance(600_000);
    assertThat(bench.device.connects).isEqualTo(1);
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.NOT_PRIMARY);
    assertThat(bench.plane.status().reason()).contains("another controller leads");
    assertThat(bench.events).containsExactly(new PlaneEvent.Down("another controller leads"));
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.UNAVAILABLE);
    assertThat(bench.get(bench.plane.allocateSpi(Bench.LONG)).outcome().reason())
        .contains("another controller leads");
    assertThat(bench.device.spiReads).isZero();
    assertThat(bench.device.log).as("no write, no read, no stream of events").isEmpty();
  }

  @Test
  void itLeadsOnTheSameContactAsSoonAsTheDeviceSaysSo() {
    Bench bench = standingBy();
    promote(bench);
    assertThat(bench.device.connects).isEqualTo(1);
    assertThat(bench.device.log).containsExactly("LEAD", "WATCH");
    assertThat(bench.plane.status().ready()).isTrue();
    assertThat(bench.events).endsWith(new PlaneEvent.Up(bench.plane.generation()));
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.OK);
  }

  @Test
  void onDemotionEverythingWaitingIsTurnedAwayAndContactStays() {
    Bench bench = new Bench();
    SpiLease lease = bench.up();
    int writes = bench.device.writes.size();
    var waiting =
        bench.plane.apply(
            bench.plane.generation(),
            java.util.List.of(bench.add(bench.lease(), Direction.INBOUND)),
            Bench.LONG);
    bench.device.leads = false;
    bench.device.listener.standby("another controller leads");
    int inserts = bench.device.inserts.size();
    bench.device.insertFault = sa -> Outcome.unavailable("not primary");
    assertThat(bench.get(waiting).get(0).kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.NOT_PRIMARY);
    assertThat(bench.kinds(Bench.remove(lease, Direction.OUTBOUND)))
        .containsExactly(Outcome.Kind.UNAVAILABLE);
    bench.executor.advance(600_000);
    assertThat(bench.device.writes).hasSize(writes);
    assertThat(bench.device.inserts.size() - inserts).isLessThanOrEqualTo(1);
    assertThat(bench.device.connects).isEqualTo(1);
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void afterAnotherControllerLedNothingOfTheFormerLifeIsTrusted() {
    Bench bench = new Bench();
    bench.up();
    Generation before = bench.plane.generation();
    demote(bench);
    promote(bench);
    assertThat(bench.plane.status().ready()).isTrue();
    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(bench.events)
        .hasAtLeastOneElementOfType(PlaneEvent.GenerationChanged.class)
        .endsWith(new PlaneEvent.Up(bench.plane.generation()));
  }

  @Test
  void aLeadThatWasLostAndGotBackWhileTheWorkerWasBusyIsNoticedToo() {
    Bench bench = new Bench();
    bench.up();
    Generation before = bench.plane.generation();
    bench.device.listener.standby("another controller leads");
    bench.device.listener.leading();
    bench.executor.run();
    assertThat(bench.plane.status().ready()).isTrue();
    assertThat(bench.plane.generation()).isGreaterThan(before);
  }

  @Test
  void aStandbyWhoseContactIsLostComesBackAsStandby() {
    Bench bench = standingBy();
    bench.executor.advance(10_000);
    bench.device.lose();
    bench.executor.advance(0);
    assertThat(bench.device.connects).isEqualTo(2);
    assertThat(bench.plane.status().connection()).isEqualTo(Connection.NOT_PRIMARY);
  }

  @Test
  void aWriteThatTheDeviceRefusesForWantOfTheLeadIsUnavailableAndChangesNothingHere() {
    Bench bench = new Bench();
    bench.device.rowFault =
        op -> new RowResult(RowResult.Kind.UNAVAILABLE, "PERMISSION_DENIED: not primary");
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.UNAVAILABLE);
    bench.device.rowFault = op -> null;
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.OK);
  }
}
