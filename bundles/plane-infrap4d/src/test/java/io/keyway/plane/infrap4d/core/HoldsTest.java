package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Exposure;
import io.keyway.api.plane.PlaneStatus.SpiUse;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is done first on a device that lost its rows, and how long it was without them. */
class HoldsTest {

  private final Bench bench = new Bench();
  private final FakeDevice device = bench.device;

  private Exposure exposure() {
    return bench.plane.status().exposure().orElseThrow();
  }

  @Test
  void dropsStandBeforeAnythingElseIsReadOrAnybodyIsTold() {
    bench.up();
    bench.apply(Bench.hold("10.2.0.9", 17));
    List<Integer> heldWhenTold = new ArrayList<>();
    bench.plane.subscribe(
        e -> {
          if (e instanceof PlaneEvent.GenerationChanged) {
            heldWhenTold.add(device.rows.size());
          }
        });
    device.restart();
    device.log.clear();
    device.lose();
    bench.executor.advance(0);

    assertThat(device.log.subList(0, 7))
        .as("contact, holds of both places, and only then the rest")
        .containsExactly(
            "CLOSE",
            "LEAD",
            "INSERT ipsec_tx_sa_classification_table",
            "INSERT ipsec_tx_sa_classification_table",
            "INSERT ipsec_tx_sa_classification_table",
            "INSERT ipsec_tx_sa_classification_table",
            "WATCH");
    assertThat(device.rows.values()).containsOnly(RowAction.drop()).hasSize(4);
    assertThat(heldWhenTold).containsExactly(4);
    assertThat(bench.plane.status().ready()).isTrue();
  }

  @Test
  void theTimeWithoutRowsIsMeasuredFromTheLossOfContactToTheLastAcknowledgedDrop() {
    bench.up();
    assertThat(bench.plane.status().exposure()).isEmpty();
    bench.executor.advance(60_000);
    device.restart();
    device.connectFault = new DeviceException(DeviceException.Kind.UNREACHABLE, "refused");
    device.lose();
    bench.executor.run();
    var lost = bench.executor.clock().instant();
    bench.executor.advance(700);
    device.connectFault = null;
    bench.executor.advance(3_000);

    assertThat(exposure().since()).isEqualTo(lost);
    assertThat(exposure().length().orElseThrow())
        .isBetween(Duration.ofMillis(700), Duration.ofMillis(2_300));
  }

  @Test
  void aShortBreakLeavesNoExposure() {
    bench.up();
    device.lose();
    bench.executor.advance(5_000);
    assertThat(bench.plane.status().ready()).isTrue();
    assertThat(bench.plane.status().exposure()).isEmpty();
  }

  @Test
  void dropsThatCannotBePutLeaveTheExposureOpenUntilAPolicyIsConfirmed() {
    bench.up();
    device.restart();
    device.rowFault = op -> FakeDevice.fault(RowResult.Kind.FULL);
    device.lose();
    bench.executor.advance(0);
    assertThat(exposure().length()).isEmpty();
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.FULL);
    assertThat(exposure().length()).isEmpty();
    device.rowFault = op -> null;
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.OK);
    assertThat(exposure().length()).isPresent();
  }

  @Test
  void aProgramThatWasSetAgainIsNoticedWithinTheProbeEvenIfItsNumberIsTheSame() {
    bench.up();
    bench.executor.advance(10_000);
    Generation before = bench.plane.generation();
    device.restart();
    bench.executor.advance(Bench.settings().timing().probe().toMillis());
    assertThat(bench.plane.generation()).isGreaterThan(before);
    assertThat(device.rows.values()).containsOnly(RowAction.drop()).hasSize(2);
    assertThat(exposure().length())
        .as("at most since the probe before")
        .isEqualTo(Optional.of(Bench.settings().timing().probe()));
  }

  @Test
  void aRowOfOursThatIsThereIsLeftAsItIs() {
    bench.up();
    RowKey one = RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, 1);
    RowKey zero = RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, 0);
    RowAction tunnel = device.rows.get(zero);
    device.rows.remove(one);
    device.lose();
    bench.executor.advance(0);
    assertThat(device.rows).containsEntry(one, RowAction.drop()).containsEntry(zero, tunnel);
  }

  @Test
  void afterALossTheFirstAttemptComesAtOnceAndTheNextOnesSoon() {
    bench.up();
    bench.executor.advance(10_000);
    device.connectFault = new DeviceException(DeviceException.Kind.UNREACHABLE, "refused");
    int before = device.connects;
    device.lose();
    bench.executor.advance(0);
    assertThat(device.connects).isEqualTo(before + 1);
    bench.executor.advance(60_000);
    assertThat(device.connects - before).as("never a pause beyond 1.5 s").isBetween(41, 130);
  }

  @Test
  void aContactThatEndsAtOnceIsNoReasonToComeBackAtOnce() {
    for (int i = 0; i < 50; i++) {
      device.lose();
      bench.executor.advance(10);
    }
    assertThat(device.connects).isLessThan(8);
  }

  @Test
  void aDeviceWithoutProgramIsAskedOftenForIt() {
    bench.up();
    device.restart();
    device.connectFault = new DeviceException(DeviceException.Kind.NO_PIPELINE, "no pipeline yet");
    device.lose();
    bench.executor.advance(300_000);
    device.connectFault = null;
    bench.executor.advance(400);
    assertThat(bench.plane.status().ready()).isTrue();
  }

  @Test
  void whatWillKeepTheNextConnectionFromBeingMadeIsShownWhileThisOneLives() {
    device.warnings = List.of("tls/certificate-file x expires on 2026-12-01; renew it");
    bench.executor.advance(15_000);
    assertThat(bench.plane.status().warnings()).isEqualTo(device.warnings);
    device.warnings = List.of();
    bench.executor.advance(15_000);
    assertThat(bench.plane.status().warnings()).isEmpty();
  }

  @Test
  void unusedAndLeakedSpisAreShown() {
    device.nextSpi = 0x000000FEL;
    bench.lease();
    bench.plane.releaseSpi(bench.lease());
    bench.executor.advance(15_000);
    assertThat(bench.plane.status().spis()).hasValue(new SpiUse(1, 1, 2));
    device.restart();
    device.lose();
    bench.executor.advance(100);
    assertThat(bench.plane.status().spis())
        .as("those of a former life are lost")
        .hasValue(new SpiUse(0, 0, 4));
  }
}
