package io.keyway.plane.infrap4d.core;

import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.RowOp;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rekeys that overlap or fail, after which one bit for each tunnel would remove the wrong rows. */
class OverlappingRekeysTest {

  private static final RowKey SPD = RowKey.spd((Inet4Address) Bench.address("10.2.0.1"), Bench.TCP);
  private static final RowKey TERM =
      RowKey.tunnelTerm((Inet4Address) Bench.REMOTE, (Inet4Address) Bench.LOCAL);

  private final Bench bench = new Bench();
  private final FakeDevice device = bench.device;

  private SpiLease another() {
    SpiLease lease = bench.lease();
    assertThat(
            bench.kinds(bench.add(lease, Direction.INBOUND), bench.add(lease, Direction.OUTBOUND)))
        .containsExactly(OK, OK);
    return lease;
  }

  private void remove(SpiLease lease) {
    assertThat(
            bench.kinds(
                Bench.remove(lease, Direction.OUTBOUND), Bench.remove(lease, Direction.INBOUND)))
        .containsExactly(OK, OK);
  }

  private void isUpWith(SpiLease lease) {
    assertThat(device.rows.get(SPD)).isEqualTo(RowAction.protect(lease.index()));
    assertThat(device.rows).containsEntry(TERM, RowAction.decap()).hasSize(7);
    assertThat(device.sas)
        .containsOnlyKeys(
            new SaRef(lease.index(), Direction.INBOUND),
            new SaRef(lease.index(), Direction.OUTBOUND));
  }

  @Test
  void twoInFlightAtTheSameTimeEndWithTheLastOneWhicheverOldOneGoesFirst() {
    for (boolean oldestFirst : List.of(true, false)) {
      OverlappingRekeysTest test = new OverlappingRekeysTest();
      SpiLease old = test.bench.up();
      SpiLease second = test.another();
      SpiLease third = test.another();
      assertThat(test.bench.kinds(Bench.protect(second), Bench.protect(third)))
          .containsExactly(OK, OK);
      test.remove(oldestFirst ? old : second);
      test.remove(oldestFirst ? second : old);
      test.isUpWith(third);
    }
  }

  @Test
  void aSwitchThatTheDeviceRefusesLeavesTheOldPairInUseAndItsRowsAlone() {
    SpiLease old = bench.up();
    SpiLease fresh = another();
    device.rowFault =
        op ->
            op.type() == RowOp.Type.MODIFY && op.key().table() == IpsecTable.SPD
                ? FakeDevice.fault(RowResult.Kind.UNAVAILABLE)
                : null;
    assertThat(bench.kinds(Bench.protect(fresh))).containsExactly(UNAVAILABLE);
    device.rowFault = op -> null;
    remove(fresh);
    isUpWith(old);
  }

  @Test
  void theLastRemovalTakesTheSharedRowsToo() {
    SpiLease old = bench.up();
    SpiLease fresh = another();
    bench.apply(Bench.protect(fresh));
    remove(old);
    bench.apply(Bench.hold());
    remove(fresh);
    bench.apply(Bench.clear());
    assertThat(device.rows).isEmpty();
    assertThat(device.sas).isEmpty();
  }

  @Test
  void aLeftoverUnderTheNewIndexIsModifiedWithTheActionOfItsOwnTable() {
    SpiLease lease = bench.lease();
    device.rows.put(RowKey.tunnel(lease.index()), RowAction.setTunnel(1));
    bench.apply(Bench.hold());
    assertThat(
            bench.kinds(
                bench.add(lease, Direction.INBOUND),
                bench.add(lease, Direction.OUTBOUND),
                Bench.protect(lease)))
        .containsExactly(OK, OK, OK);
    isUpWith(lease);
    assertThat(device.writes.stream().flatMap(List::stream))
        .filteredOn(op -> op.type() == RowOp.Type.MODIFY && op.key().table() == IpsecTable.TUNNEL)
        .singleElement()
        .satisfies(op -> assertThat(op.action()).hasValue(RowAction.setTunnel(lease.index())));
  }
}
