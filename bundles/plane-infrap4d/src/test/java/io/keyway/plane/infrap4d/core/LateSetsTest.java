package io.keyway.plane.infrap4d.core;

import static io.keyway.api.Outcome.Kind.ABSENT;
import static io.keyway.api.Outcome.Kind.CONFLICT;
import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.SaRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Installs that the device does long after we stopped waiting for them. */
class LateSetsTest {

  /** Twice the time limit of a call, and a little more. */
  private static final long SETTLED = 10_100;

  private final Bench bench = new Bench();
  private final FakeDevice device = bench.device;

  /** Sets that are on the device's table still. */
  private final Map<SaRef, Long> slow = new HashMap<>();

  @BeforeEach
  void contact() {
    bench.apply(Bench.hold());
  }

  private void theDeviceIsSlow() {
    device.insertFault =
        sa -> {
          slow.put(sa.ref(), sa.spi());
          return Outcome.unknown("the answer was lost");
        };
  }

  private void theDeviceComesToIt() {
    device.insertFault = sa -> null;
    device.sas.putAll(slow);
    slow.clear();
  }

  @Test
  void anInboundSaThatComesAfterItWasTakenBackIsTakenBackAgain() {
    SpiLease lease = bench.lease();
    theDeviceIsSlow();
    assertThat(bench.kinds(bench.add(lease, Direction.INBOUND))).containsExactly(UNAVAILABLE);
    theDeviceComesToIt();
    assertThat(device.sas).containsOnlyKeys(new SaRef(lease.index(), Direction.INBOUND));
    bench.executor.advance(SETTLED);
    assertThat(device.sas).isEmpty();
  }

  @Test
  void anOutboundSaThatComesAfterItsRemovalIsRemovedAgain() {
    SpiLease lease = bench.lease();
    bench.apply(bench.add(lease, Direction.INBOUND));
    theDeviceIsSlow();
    assertThat(bench.kinds(bench.add(lease, Direction.OUTBOUND))).containsExactly(UNKNOWN);
    assertThat(
            bench.kinds(
                Bench.remove(lease, Direction.OUTBOUND), Bench.remove(lease, Direction.INBOUND)))
        .containsExactly(ABSENT, OK);
    theDeviceComesToIt();
    bench.executor.advance(SETTLED);
    assertThat(device.sas).isEmpty();
  }

  @Test
  void untilThenItsIndexAndSpiServeNobodyAndItsOwnerIsDone() {
    SpiLease lease = bench.lease();
    theDeviceIsSlow();
    bench.apply(bench.add(lease, Direction.INBOUND));
    device.insertFault = sa -> null;
    int asked = device.log.size();
    assertThat(bench.kinds(Bench.remove(lease, Direction.INBOUND))).containsExactly(ABSENT);
    assertThat(device.log).as("the device is not asked").hasSize(asked);
    assertThat(bench.kinds(bench.add(lease, Direction.INBOUND))).containsExactly(CONFLICT);
    assertThat(bench.get(bench.plane.releaseSpi(lease)).kind()).isEqualTo(CONFLICT);

    bench.executor.advance(SETTLED);
    assertThat(bench.get(bench.plane.releaseSpi(lease)).kind()).as("used up").isEqualTo(ABSENT);
    assertThat(bench.lease().index()).isNotEqualTo(lease.index());
  }

  @Test
  void itIsLookedForOnceAndNotWithEveryChange() {
    SpiLease lease = bench.lease();
    theDeviceIsSlow();
    bench.apply(bench.add(lease, Direction.INBOUND));
    device.insertFault = sa -> null;
    for (int i = 0; i < 20; i++) {
      bench.apply(Bench.hold("10.2.0." + (2 + i), Bench.TCP));
    }
    bench.executor.advance(SETTLED);
    bench.executor.advance(SETTLED);
    assertThat(device.log.stream().filter(l -> l.startsWith("DELETE SA"))).hasSize(2);
  }

  @Test
  void aStandbyLeavesItAndTheNextLeadRemovesIt() {
    SpiLease lease = bench.lease();
    theDeviceIsSlow();
    bench.apply(bench.add(lease, Direction.INBOUND));
    device.leads = false;
    device.listener.standby("another controller leads");
    theDeviceComesToIt();
    bench.executor.advance(SETTLED);
    assertThat(device.sas).as("a standby changes nothing").hasSize(1);
    device.leads = true;
    device.listener.leading();
    bench.executor.advance(SETTLED);
    assertThat(device.sas).isEmpty();
  }

  @Test
  void theNextProcessRemovesItToo() {
    SpiLease lease = bench.lease();
    theDeviceIsSlow();
    bench.apply(bench.add(lease, Direction.INBOUND));
    bench.apply(Bench.hold("10.2.0.9", Bench.TCP));
    theDeviceComesToIt();
    Bench next = new Bench(device, Bench.settings(), bench.memory.crash(new Random(3)));
    assertThat(device.sas).hasSize(1);
    next.executor.advance(SETTLED);
    assertThat(device.sas).isEmpty();
    assertThat(next.plane.status().ready()).isTrue();
  }
}
