package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.details;
import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.infrap4d.server.Fault.Effect;
import io.keyway.emulator.infrap4d.server.Fault.Operation;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.Error;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Update;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest extends OneDevice {
  private static final String KEY = SaText.key(1, 36);

  @BeforeEach
  void lead() throws Exception {
    client.primary();
  }

  private Update row(String destination) {
    return client.insert(
        LinuxNetworking.SPD, values(ip(destination), number(17)), LinuxNetworking.BYPASS);
  }

  @Test
  void anSpiOfZeroOnOrderAndThenGoodOnesAgain() {
    device.faults().add(Fault.of(Operation.SPI_READ, Effect.ZERO, 2));
    assertThat(client.rxSpi()).isZero();
    assertThat(client.rxSpi()).isZero();
    assertThat(client.rxSpi()).isNotZero();
  }

  @Test
  void anInsertOfOneDirectionFailsAndTheOtherDoesNot() {
    device.faults().add(Fault.of(Operation.SAD_INSERT, Effect.FAIL, 1).only(Fault.Sa.OUTBOUND));
    client.insertSa(SaText.of(1, true, 1, KEY));
    fails(Status.Code.UNKNOWN, () -> client.insertSa(SaText.of(1, false, 9, SaText.key(2, 36))));
    assertThat(device.device().sas()).extracting(SaView::inbound).containsExactly(true);
  }

  @Test
  void aLostAnswerOfAnInsertLeavesTheSaBehind() {
    device.faults().add(Fault.of(Operation.SAD_INSERT, Effect.LOSE_ANSWER, 1));
    fails(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            client
                .gnmi()
                .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                .set(
                    io.keyway.protocol.gnmi.SetRequest.newBuilder()
                        .addUpdate(
                            io.keyway.protocol.gnmi.Update.newBuilder()
                                .setPath(RawClient.sadPath("sad-entry[name=*]"))
                                .setVal(
                                    io.keyway.protocol.gnmi.TypedValue.newBuilder()
                                        .setProtoBytes(
                                            com.google.protobuf.ByteString.copyFromUtf8(
                                                SaText.of(1, false, 9, KEY)))))
                        .build()));
    assertThat(device.device().sas()).hasSize(1);
  }

  @Test
  void aLostRequestLeavesNothingBehindAndABrokenCallDoes() {
    device.faults().add(Fault.of(Operation.TABLE_WRITE, Effect.BREAK_AFTER, 1));
    fails(Status.Code.UNAVAILABLE, () -> client.write(row("10.0.0.1")));
    assertThat(device.device().<Integer>table(LinuxNetworking.SPD, t -> t.rows().size()))
        .isEqualTo(1);
    device.faults().add(Fault.of(Operation.TABLE_WRITE, Effect.LOSE_REQUEST, 1));
    fails(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            client
                .p4()
                .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                .write(client.request(row("10.0.0.2")).build()));
    assertThat(device.device().<Integer>table(LinuxNetworking.SPD, t -> t.rows().size()))
        .isEqualTo(1);
  }

  @Test
  void aFailingUpdateHasItsOwnErrorAmongTheDetails() {
    device
        .faults()
        .add(
            Fault.of(Operation.TABLE_WRITE, Effect.FAIL, 1)
                .on("ipsec_spd")
                .with(Status.Code.INTERNAL, "hardware error"));
    client.write(
        client.insert(
            LinuxNetworking.TUNNEL_TERM,
            values(ip("10.9.0.2"), ip("10.9.0.1")),
            LinuxNetworking.DECAP_TUNNEL));
    StatusRuntimeException failure =
        client.writeFails(client.request(row("10.0.0.1"), row("10.0.0.2")));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(details(failure)).extracting(Error::getCanonicalCode).containsExactly(13, 0);
    assertThat(details(failure).get(0).getMessage()).isEqualTo("hardware error");
  }

  @Test
  void aDelayedCallIsAnsweredLateAndHoldsNobodyUp() {
    device.faults().add(Fault.of(Operation.SPI_READ, Effect.DELAY, 1).delayed(50));
    long start = System.nanoTime();
    assertThat(client.rxSpi()).isNotZero();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000L);

    device.faults().add(Fault.of(Operation.SPI_READ, Effect.DELAY, 1).delayed(600_000));
    var waiting = client.gnmiFuture().get(client.spiRequest().build());
    while (device.faults().pending() > 0) {
      Thread.onSpinWait();
    }
    client.write(row("10.0.0.1"));
    assertThat(client.rxSpi()).as("the next read passes the one that waits").isNotZero();
    assertThat(waiting.isDone()).isFalse();
    waiting.cancel(true);
  }

  @Test
  void readsPipelineAndStreamsCanFailToo() throws Exception {
    device
        .faults()
        .add(
            Fault.of(Operation.TABLE_READ, Effect.FAIL, 1)
                .with(Status.Code.INTERNAL, "no answer from hardware"));
    Entity all = Entity.newBuilder().setTableEntry(TableEntry.getDefaultInstance()).build();
    fails(Status.Code.INTERNAL, () -> client.read(all));
    assertThat(client.read(all)).isEmpty();
    device.faults().add(Fault.of(Operation.STREAM_OPEN, Effect.FAIL, 1));
    assertThat(client.stream().end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    device.faults().add(Fault.of(Operation.PIPELINE_READ, Effect.FAIL, 1));
    RawClient other = bed.client(device);
    fails(Status.Code.UNKNOWN, other::program);
  }

  @Test
  void skippedOperationsPassFirstAndClearingForgets() {
    device
        .faults()
        .add(new Fault(Operation.SPI_READ, Effect.ZERO, 0, 2, 0, null, "", "", Fault.Sa.BOTH));
    assertThat(client.rxSpi()).isNotZero();
    assertThat(client.rxSpi()).isNotZero();
    assertThat(client.rxSpi()).isZero();
    assertThat(client.rxSpi()).isZero();
    device.faults().clear();
    assertThat(client.rxSpi()).isNotZero();
  }
}
