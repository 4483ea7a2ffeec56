package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.emulated.Site.End;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Writes that fail, in part or as a whole, over gRPC. */
class WritesTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");

  private Site site;

  @BeforeEach
  void start() throws Exception {
    site =
        new Site(EmulatorConfig.onLoopback("a", "wire"), new Wire("wire", InstantSource.system()));
    site.ready();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private static PlaneChange hold(int number) {
    return Site.hold(A, new End("198.51.100.1", "10.3." + number / 256 + "." + number % 256));
  }

  private int rows(String table) {
    return site.emulator.device().table(table, t -> t.rows().size());
  }

  @Test
  void whenEveryUpdateOfFullBatchesFailsTheDetailsOfAllArriveAndTheContactLives() {
    site.emulator.device().fill(LinuxNetworking.TX_SA_CLASSIFICATION, 0);
    List<Outcome> outcomes =
        site.apply(IntStream.range(0, 300).mapToObj(WritesTest::hold).toArray(PlaneChange[]::new));
    assertThat(outcomes)
        .hasSize(300)
        .allMatch(o -> o.kind() == Outcome.Kind.FULL)
        .allSatisfy(
            o ->
                assertThat(o.reason())
                    .contains("ipsec_tx_sa_classification_table{dst_ip=10.3.")
                    .contains("RESOURCE_EXHAUSTED"));
    assertThat(site.plane.status().ready()).isTrue();
    assertThat(site.events)
        .as("contact was never lost")
        .noneMatch(PlaneEvent.Down.class::isInstance);
    assertThat(site.emulator.server().streams()).isEqualTo(1);
  }

  @Test
  void aBrokenCallWithoutDetailsIsSettledByReadingBack() {
    site.emulator.faults().add(Fault.of(Fault.Operation.TABLE_WRITE, Fault.Effect.BREAK_AFTER, 1));
    List<Outcome> outcomes =
        site.apply(IntStream.range(0, 50).mapToObj(WritesTest::hold).toArray(PlaneChange[]::new));
    assertThat(outcomes).as("done, though nobody said so").allMatch(Outcome::done);
    assertThat(rows(LinuxNetworking.TX_SA_CLASSIFICATION)).isEqualTo(100);
  }

  @Test
  void aRequestThatNeverArrivedIsFoundNotDoneAndSaysSo() {
    site.emulator.faults().add(Fault.of(Fault.Operation.TABLE_WRITE, Fault.Effect.LOSE_REQUEST, 1));
    Outcome outcome = site.apply(hold(1)).get(0);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(outcome.reason()).contains("it was not done");
    assertThat(rows(LinuxNetworking.TX_SA_CLASSIFICATION)).isZero();
    assertThat(site.apply(hold(1))).containsExactly(Outcome.ok());
  }

  @Test
  void aHardwareErrorOfOneRowIsThatTunnelsAloneAndNamesTableAndRow() {
    site.emulator
        .faults()
        .add(
            Fault.of(Fault.Operation.TABLE_WRITE, Fault.Effect.FAIL, 1)
                .on(LinuxNetworking.TX_SA_CLASSIFICATION)
                .with(Status.Code.INTERNAL, "hardware error"));
    List<Outcome> outcomes =
        site.apply(IntStream.range(0, 20).mapToObj(WritesTest::hold).toArray(PlaneChange[]::new));
    assertThat(outcomes.stream().filter(Outcome::done)).hasSize(19);
    assertThat(outcomes.stream().filter(o -> !o.done()).findFirst().orElseThrow().reason())
        .contains("insert of ipsec_tx_sa_classification_table{dst_ip=10.3.0.")
        .contains("INTERNAL")
        .contains("hardware error")
        .contains("the device failed to do it");
    assertThat(rows(LinuxNetworking.TX_SA_CLASSIFICATION))
        .as("both rows of a hold or none")
        .isEqualTo(38);
  }

  @Test
  void aTableThatIsNotOurRolesIsRefusedByName() {
    site.emulator
        .faults()
        .add(
            Fault.of(Fault.Operation.TABLE_WRITE, Fault.Effect.FAIL, 1)
                .on(LinuxNetworking.TX_SA_CLASSIFICATION)
                .with(Status.Code.PERMISSION_DENIED, "role may not access the table"));
    Outcome outcome = site.apply(hold(1)).get(0);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(outcome.reason())
        .contains("ipsec_tx_sa_classification_table")
        .contains("claim-tables");
  }

  @Test
  void aLateDeviceIsSlowAndNothingElse() {
    site.emulator
        .faults()
        .add(Fault.of(Fault.Operation.TABLE_WRITE, Fault.Effect.DELAY, 0).delayed(500));
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.ok());
    assertThat(site.emulator.device().transmit(Site.datagram(A, B, "x"), false).kind())
        .isEqualTo(Verdict.Kind.HELD);
    assertThat(site.plane.status().ready()).isTrue();
  }
}
