package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How often a change waits for the disk, and what is noted of rows that come to nothing. */
class NotedAheadTest {

  private final FakeDevice device = new FakeDevice(1);
  private final Bench bench = new Bench(device, Bench.settings(), new Bench.Memory());

  private int waits(Runnable change) {
    int before = bench.memory.syncs;
    change.run();
    return bench.memory.syncs - before;
  }

  @Test
  void anSaAndItsRowsWaitOnceAndSoDoesAPolicy() {
    assertThat(waits(() -> bench.apply(Bench.hold()))).isEqualTo(1);
    SpiLease lease = bench.lease();
    assertThat(waits(() -> bench.apply(bench.add(lease, Direction.INBOUND)))).isEqualTo(1);
    assertThat(waits(() -> bench.apply(bench.add(lease, Direction.OUTBOUND)))).isEqualTo(1);
    assertThat(waits(() -> bench.apply(Bench.protect(lease)))).isEqualTo(1);
    assertThat(waits(() -> bench.apply(Bench.protect(lease)))).as("nothing changes").isZero();
  }

  @Test
  void nothingReachesTheDeviceThatIsNotOnTheDisk() {
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    bench.memory.broken = "No space left on device";
    int rows = device.rows.size();
    assertThat(bench.apply(bench.add(lease, Direction.INBOUND)))
        .extracting(Outcome::kind)
        .containsExactly(Outcome.Kind.UNAVAILABLE);
    assertThat(device.rows).hasSize(rows);
    assertThat(device.sas).isEmpty();
  }

  @Test
  void rowsThatWereNotedForAnSaThatIsRefusedAreForgotten() {
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    Set<String> before = new TreeSet<>(bench.memory.now.keySet());
    device.insertFault = sa -> Outcome.unavailable("the hardware says no");
    bench.apply(bench.add(lease, Direction.INBOUND));
    assertThat(bench.memory.now.keySet()).isEqualTo(before);
  }

  @Test
  void whatIsUndoneIsNotedAsItIs() {
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    Set<String> before = new TreeSet<>(bench.memory.now.keySet());
    device.rowFault =
        op ->
            op.key().table() == IpsecTable.RX_CLASSIFICATION
                ? new RowResult(RowResult.Kind.FULL, "no room")
                : null;
    bench.apply(bench.add(lease, Direction.INBOUND));
    assertThat(bench.memory.now.keySet()).isEqualTo(before);
    assertThat(device.sas).isEmpty();
  }
}
