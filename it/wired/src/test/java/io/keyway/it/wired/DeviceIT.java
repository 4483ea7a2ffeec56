package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.server.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a device does to the tunnel that it carries: it restarts, goes, forgets, and gives nothing.
 */
@Timeout(120)
class DeviceIT extends OneTunnel {

  @Test
  void deviceThatRestartsIsHeldFirstAndEveryChildIsRekeyedOnItsLivingIkeSa() throws Exception {
    bringUp();
    String ike = a.engine.snapshot().get(0).uid();
    String child = childOf(a).uid();
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      Await.until("traffic", CALL, () -> traffic.sent() > 50, traffic::sent);
      a.device.restart(true, 0);
      Await.until(
          "a child with new keys",
          Duration.ofSeconds(40),
          () ->
              up(a)
                  && !a.status("t").children().get(0).uid().equals(child)
                  && fromA().kind() == Verdict.Kind.PROTECTED,
          () -> a.status("t") + " " + a.plane.status() + " " + a.sad.entries());
      // The device is in clear until our first acknowledged write; nothing outside it can help
      // that.
      System.out.println(
          "packets in clear between the new pipeline and the first acknowledged hold: "
              + traffic.count(Verdict.Kind.CLEAR)
              + " of "
              + traffic.sent());
      assertThat(traffic.clearAfterHeld(0)).as("after the first acknowledged hold").isEmpty();
      int up = traffic.sent();
      Await.until("traffic", CALL, () -> traffic.sent() > up + 50, traffic::sent);
      assertThat(traffic.kindsSince(up)).containsExactly(Verdict.Kind.PROTECTED);
    }
    assertThat(a.engine.snapshot()).extracting(IkeSaStatus::uid).containsExactly(ike);
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void outboundInstallWhoseAnswerIsLostIsNeverRepeatedAndNothingStays() {
    a.device
        .faults()
        .add(
            Fault.of(Fault.Operation.SAD_INSERT, Fault.Effect.LOSE_ANSWER, 1)
                .only(Fault.Sa.OUTBOUND));
    configB.apply(b, tunnelB);
    b.awaitHeld("t");
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      Await.until(
          "up at last",
          Duration.ofSeconds(60),
          () -> up(a) && up(b),
          () -> a.status("t") + " " + b.status("t"));
      assertThat(traffic.kindsSince(0)).doesNotContain(Verdict.Kind.CLEAR);
    }
    Await.until(
        "no residue",
        Duration.ofSeconds(40),
        () -> a.device.device().sas().size() == 2 && b.device.device().sas().size() == 2,
        () -> a.device.device().sas() + " " + a.sad.entries());
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void deviceThatGivesNoSpiIsNamedAndTheTrafficIsHeld() {
    a.device.faults().add(Fault.of(Fault.Operation.SPI_READ, Fault.Effect.ZERO, 0));
    configB.apply(b, tunnelB);
    b.awaitHeld("t");
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    a.awaitReason("t", "SPI");
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.HELD);
    assertThat(a.device.device().sas()).isEmpty();
    a.device.faults().clear();
    a.await("t", "up", Duration.ofSeconds(60), status -> status.phase() == Phase.UP);
    removeEverywhere();
  }

  @Test
  void deviceThatCannotBeReachedGoesOnForwardingAndIsTakenUpWhereItWasLeft() throws Exception {
    bringUp();
    String child = childOf(a).uid();
    var rows = a.contents();
    a.device.setReachable(false);
    a.awaitReason("t", a.plane.name());
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    a.device.setReachable(true);
    a.awaitReady();
    a.awaitPhase("t", Phase.UP);
    assertThat(childOf(a).uid()).isEqualTo(child);
    assertThat(a.contents()).isEqualTo(rows);
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    removeEverywhere();
  }

  @Test
  void deviceWithoutAPipelineIsNamedAndComesBackHeldFirst() throws Exception {
    bringUp();
    a.device.restart(false, 0);
    a.awaitReason("t", "pipeline");
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      a.device.pushPipeline(0);
      Await.until(
          "up again",
          Duration.ofSeconds(60),
          () -> up(a) && fromA().kind() == Verdict.Kind.PROTECTED,
          () -> a.status("t") + " " + a.plane.status());
      assertThat(traffic.clearAfterHeld(0)).isEmpty();
    }
    assertNoKeyTwice();
    removeEverywhere();
  }
}
