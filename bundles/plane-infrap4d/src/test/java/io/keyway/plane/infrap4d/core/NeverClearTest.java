package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever is done to a tunnel in whatever order, with whatever failing: from its first hold on no
 * row that changes, in any order within a Write, lets a packet of it pass in clear.
 */
class NeverClearTest {

  private static final RowKey SPD = RowKey.spd((Inet4Address) Bench.address("10.2.0.1"), 6);

  @Property(tries = 150, shrinking = net.jqwik.api.ShrinkingMode.OFF)
  void noMomentLetsClearTextPass(@ForAll long seed) {
    Random random = new Random(seed);
    FakeDevice device = new FakeDevice(seed);
    Bench bench = new Bench(device, Bench.settings(), new Bench.Memory());
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.OK);
    device.afterEachRow = () -> check(device);
    device.rowFault =
        op -> {
          int dice = random.nextInt(20);
          if (dice == 0) {
            return FakeDevice.fault(RowResult.Kind.FULL);
          }
          if (dice == 1) {
            return FakeDevice.fault(RowResult.Kind.UNAVAILABLE);
          }
          if (dice == 2) {
            if (random.nextBoolean()) {
              apply(device, op);
            }
            return FakeDevice.fault(RowResult.Kind.UNKNOWN);
          }
          return null;
        };
    SpiLease current = null;
    for (int i = 0; i < 30; i++) {
      device.readFault =
          random.nextInt(4) == 0
              ? new DeviceException(DeviceException.Kind.UNREACHABLE, "no answer")
              : null;
      switch (random.nextInt(5)) {
        case 0 -> bench.apply(Bench.hold());
        case 1, 2 -> {
          SpiLease lease = bench.get(bench.plane.allocateSpi(Bench.LONG)).value().orElse(null);
          if (lease == null) {
            continue;
          }
          bench.apply(
              bench.add(lease, Direction.INBOUND),
              bench.add(lease, Direction.OUTBOUND),
              Bench.protect(lease));
          current = lease;
        }
        case 3 -> {
          if (current != null) {
            PlaneChange out = Bench.remove(current, Direction.OUTBOUND);
            bench.apply(out, Bench.remove(current, Direction.INBOUND));
          }
        }
        default -> {
          device.lose();
          bench.executor.advance(40_000);
        }
      }
      check(device);
      assertThat(bench.keysAreGone()).isTrue();
    }
    device.rowFault = op -> null;
    device.readFault = null;
    bench.executor.advance(120_000);
    assertThat(bench.plane.status().ready()).isTrue();
    List<SpiLease> leases =
        device.inserts.stream()
            .map(sa -> sa.ref().index())
            .distinct()
            .map(index -> leaseOf(bench, index))
            .toList();
    bench.apply(Bench.hold());
    for (SpiLease lease : leases) {
      bench.apply(Bench.remove(lease, Direction.OUTBOUND), Bench.remove(lease, Direction.INBOUND));
    }
    device.afterEachRow = () -> {};
    bench.apply(Bench.clear());
    bench.executor.advance(120_000);
    assertThat(device.rows).as("nothing is left behind").isEmpty();
    assertThat(device.sas).isEmpty();
    assertThat(device.inserts.stream().map(sa -> sa.ref() + "/" + sa.spi()).distinct())
        .as("no key was installed twice")
        .hasSameSizeAs(device.inserts);
  }

  private static SpiLease leaseOf(Bench bench, long index) {
    return new SpiLease(
        "ipu-1", new io.keyway.api.sa.Spi(0x01000000L | index), index, bench.plane.generation());
  }

  private static void apply(FakeDevice device, io.keyway.plane.infrap4d.device.RowOp op) {
    if (op.action().isPresent()) {
      device.rows.put(op.key(), op.action().get());
    } else {
      device.rows.remove(op.key());
    }
  }

  /** The device's own decision for a packet of the tunnel. */
  static void check(FakeDevice device) {
    for (int underlay = 0; underlay <= 1; underlay++) {
      RowAction tx =
          device.rows.get(
              RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, underlay));
      assertThat(tx).as("no row: the program's default lets it pass").isNotNull();
      if (tx.action() == IpsecAction.DROP) {
        continue;
      }
      RowAction spd = device.rows.get(SPD);
      assertThat(spd).as("an outer header without ESP").isNotNull();
      assertThat(spd.action()).isEqualTo(IpsecAction.PROTECT);
      assertThat(device.sas)
          .as("protected by an SA that is there")
          .containsKey(new SaRef(spd.params().get(0), Direction.OUTBOUND));
    }
  }
}
