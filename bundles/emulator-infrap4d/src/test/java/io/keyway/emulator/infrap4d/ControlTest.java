package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.keyway.emulator.infrap4d.control.ControlServer;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.v1.ClearFaultsRequest;
import io.keyway.emulator.v1.ClearPipelineRequest;
import io.keyway.emulator.v1.CollectRequest;
import io.keyway.emulator.v1.CountersRequest;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.EmulatorControlGrpc;
import io.keyway.emulator.v1.ExpireSpiRequest;
import io.keyway.emulator.v1.FillTableRequest;
import io.keyway.emulator.v1.InjectFramesRequest;
import io.keyway.emulator.v1.InjectRequest;
import io.keyway.emulator.v1.ListRowsRequest;
import io.keyway.emulator.v1.ListSasRequest;
import io.keyway.emulator.v1.Operation;
import io.keyway.emulator.v1.PushPipelineRequest;
import io.keyway.emulator.v1.RestartRequest;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SetFaultRequest;
import io.keyway.emulator.v1.SetReachableRequest;
import io.keyway.emulator.v1.StartCaptureRequest;
import io.keyway.emulator.v1.StatusReply;
import io.keyway.emulator.v1.StatusRequest;
import io.keyway.emulator.v1.StopCaptureRequest;
import io.keyway.emulator.v1.Verdict;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that the control interface offers, over real gRPC. */
class ControlTest {
  @TempDir Path directory;

  private static EmulatorControlGrpc.EmulatorControlBlockingStub control(Bed bed, Emulator device)
      throws IOException {
    ControlServer server = new ControlServer(device, new InetSocketAddress("127.0.0.1", 0));
    bed.closing(server::close);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    bed.closing(channel::shutdownNow);
    return EmulatorControlGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static Status.Code code(Throwable t) {
    return Status.fromThrowable(t).getCode();
  }

  @Test
  void packetsGoInAndComeOutWithCountersRowsAndSas() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      var a = control(sites.bed, sites.a.device());
      var b = control(sites.bed, sites.b.device());
      byte[] packet = Packets.udp(sites.a.host(), sites.b.host(), "hello");
      assertThat(
              a.inject(
                      InjectRequest.newBuilder()
                          .addPackets(ByteString.copyFrom(packet))
                          .addPackets(ByteString.copyFromUtf8("not IP"))
                          .build())
                  .getVerdictsList())
          .extracting(Verdict::getKind)
          .containsExactly(Verdict.Kind.PROTECTED, Verdict.Kind.DROPPED);
      DeliveredPacket delivered =
          b.collectDelivered(CollectRequest.getDefaultInstance()).getPackets(0);
      assertThat(delivered.getKind()).isEqualTo(DeliveredPacket.Kind.DECRYPTED);
      assertThat(delivered.getPacket().toByteArray()).isEqualTo(packet);
      var frames = a.collectFrames(CollectRequest.newBuilder().setMax(5).build());
      assertThat(frames.getFramesCount()).isEqualTo(1);
      b.injectFrames(InjectFramesRequest.newBuilder().addFrames(frames.getFrames(0)).build());
      assertThat(b.getCounters(CountersRequest.getDefaultInstance()).getCountersMap())
          .containsEntry("decrypted-packets", 1L)
          .containsEntry("replayed-packets", 1L)
          .containsEntry("clear-in-packets", 0L);
      assertThat(a.listSas(ListSasRequest.getDefaultInstance()).getSasList())
          .extracting(sa -> sa.getInbound() + " " + sa.getPackets())
          .containsExactly("true 0", "false 1");
      List<RowInfo> rows =
          a.listRows(ListRowsRequest.newBuilder().setTable("ipsec_spd").build()).getRowsList();
      assertThat(rows)
          .singleElement()
          .satisfies(
              r -> {
                assertThat(r.getMatch(0).getValue()).isEqualTo("10.2.0.1");
                assertThat(r.getMatch(1).getValue()).isEqualTo("17");
                assertThat(r.getAction()).isEqualTo(LinuxNetworking.PROTECT);
                assertThat(r.getPackets()).isEqualTo(1);
                assertThat(r.getBytes()).isEqualTo(33);
              });
      assertThat(a.listRows(ListRowsRequest.getDefaultInstance()).getRowsList())
          .as("rx, spd, two of tx, encap, tunnel, term")
          .hasSize(7)
          .filteredOn(r -> r.getTable().equals(LinuxNetworking.TUNNEL_TERM))
          .noneMatch(RowInfo::hasPackets);
      assertThatThrownBy(() -> a.listRows(ListRowsRequest.newBuilder().setTable("nothing").build()))
          .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }
  }

  @Test
  void statusAndRestartAndReachability() throws Exception {
    try (Bed bed = new Bed()) {
      Emulator device = bed.device();
      RawClient client = bed.client(device);
      client.primary();
      var control = control(bed, device);
      StatusReply status = control.status(StatusRequest.getDefaultInstance());
      assertThat(status.getName()).isEqualTo("a");
      assertThat(status.getPipelineSet()).isTrue();
      assertThat(status.getP4RuntimeStreams()).isEqualTo(1);
      assertThat(status.getQuirksList()).contains("inbound-is-true=true");
      String listen = status.getListen(0);
      client.insertSa(SaText.of(1, true, 1, SaText.key(1, 36)));

      long generation =
          control.restart(RestartRequest.newBuilder().setDownMs(20).build()).getGeneration();
      assertThat(generation).isGreaterThan(status.getGeneration());
      status = control.status(StatusRequest.getDefaultInstance());
      assertThat(status.getListen(0)).as("the same address").isEqualTo(listen);
      assertThat(status.getPipelineSet()).isFalse();
      assertThat(status.getP4RuntimeStreams()).isZero();
      assertThat(device.device().sas()).isEmpty();

      control.setReachable(SetReachableRequest.newBuilder().setReachable(false).build());
      RawClient refused = bed.client(device);
      assertThatThrownBy(refused::rxSpi)
          .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.UNAVAILABLE));
      control.setReachable(SetReachableRequest.newBuilder().setReachable(true).build());
      assertThat(bed.client(device).rxSpi()).as("still no pipeline").isZero();
      control.pushPipeline(PushPipelineRequest.newBuilder().setIdOffset(3).build());
      assertThat(bed.client(device).rxSpi()).isNotZero();
      control.clearPipeline(ClearPipelineRequest.getDefaultInstance());
      assertThat(bed.client(device).rxSpi()).isZero();
    }
  }

  @Test
  void tablesFillUpAndFaultsComeOnOrder() throws Exception {
    try (Bed bed = new Bed()) {
      Emulator device = bed.device();
      RawClient client = bed.client(device);
      client.primary();
      var control = control(bed, device);
      for (String table :
          List.of(
              "ipsec_spd",
              "ipsec_tx_sa_classification_table",
              "ipsec_rx_sa_classification_table",
              "ipsec_tunnel_table",
              "ipsec_tunnel_encap_mod_table",
              "ipv4_ipsec_tunnel_term_table")) {
        assertThat(
                control
                    .fillTable(
                        FillTableRequest.newBuilder().setTable(table).setLeaveFree(1).build())
                    .getAdded())
            .as(table)
            .isEqualTo(1023);
      }
      client.write(
          client.insert(
              LinuxNetworking.SPD, values(ip("10.0.0.1"), number(17)), LinuxNetworking.BYPASS));
      StatusRuntimeException full =
          client.writeFails(
              client.request(
                  client.insert(
                      LinuxNetworking.SPD,
                      values(ip("10.0.0.2"), number(17)),
                      LinuxNetworking.BYPASS)));
      assertThat(RawClient.details(full).get(0).getCanonicalCode()).isEqualTo(8);

      control.setFault(
          SetFaultRequest.newBuilder()
              .setOperation(Operation.SPI_READ)
              .setEffect(SetFaultRequest.Effect.ZERO)
              .build());
      assertThat(client.rxSpi()).isZero();
      assertThat(client.rxSpi()).isZero();
      control.clearFaults(ClearFaultsRequest.getDefaultInstance());
      assertThat(client.rxSpi()).isNotZero();
      for (SetFaultRequest bad :
          List.of(
              SetFaultRequest.getDefaultInstance(),
              SetFaultRequest.newBuilder()
                  .setOperation(Operation.TABLE_WRITE)
                  .setEffect(SetFaultRequest.Effect.ZERO)
                  .build(),
              SetFaultRequest.newBuilder()
                  .setOperation(Operation.STREAM_OPEN)
                  .setEffect(SetFaultRequest.Effect.DELAY)
                  .build(),
              SetFaultRequest.newBuilder()
                  .setOperation(Operation.SPI_READ)
                  .setEffect(SetFaultRequest.Effect.FAIL)
                  .setCode(99)
                  .build())) {
        assertThatThrownBy(() -> control.setFault(bad))
            .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.INVALID_ARGUMENT));
      }
    }
  }

  @Test
  void anExpiryOnOrderNamesTheDestinationOfTheRowsAndMayStopTheSa() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      var a = control(sites.bed, sites.a.device());
      assertThat(sites.a.device().device().destinationOf(sites.saA.spi))
          .as("inbound: from the receive row")
          .contains(ip("10.9.0.1").toByteArray());
      assertThat(sites.a.device().device().destinationOf(sites.saB.spi))
          .as("outbound: from the encapsulation row")
          .contains(ip("10.9.0.2").toByteArray());
      assertThat(
              a.expireSpi(
                      ExpireSpiRequest.newBuilder().setSpi(sites.saB.spi).setEnforce(true).build())
                  .getSubscribers())
          .isZero();
      assertThat(
              sites
                  .a
                  .device()
                  .device()
                  .transmit(Packets.udp(sites.a.host(), sites.b.host(), "x"), false)
                  .reason())
          .contains("hard limit");
    }
  }

  @Test
  void aCaptureCanBeStartedAndStoppedAtRunTime() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      var a = control(sites.bed, sites.a.device());
      Path capture = directory.resolve("c");
      byte[] packet = Packets.udp(sites.a.host(), sites.b.host(), "x");
      sites.a.device().device().transmit(packet, false);
      var files =
          a.startCapture(StartCaptureRequest.newBuilder().setDirectory(capture.toString()).build());
      assertThat(Path.of(files.getPcap())).exists();
      sites.a.device().device().transmit(packet, false);
      assertThat(Files.readAllLines(Path.of(files.getKeys())))
          .as("an SA from before the capture is noted at its next packet")
          .hasSize(1);
      int frame = sites.a.device().takeFrames(1).items().get(0).length;
      assertThat(a.stopCapture(StopCaptureRequest.getDefaultInstance()).getFrames()).isEqualTo(1);
      sites.a.device().device().transmit(packet, false);
      assertThat(Files.size(Path.of(files.getPcap()))).isEqualTo(24 + 16 + frame);
      assertThatThrownBy(() -> a.startCapture(StartCaptureRequest.getDefaultInstance()))
          .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }
  }

  @Test
  void whatNobodyCollectsIsForgottenAndCounted() {
    Recent<Integer> recent = new Recent<>();
    for (int i = 0; i < Recent.KEPT + 5; i++) {
      recent.add(i);
    }
    assertThat(recent.take(2)).isEqualTo(new Recent.Taken<>(List.of(5, 6), 5));
    assertThat(recent.take(0).items()).hasSize(Recent.KEPT - 2);
    assertThat(recent.take(0)).isEqualTo(new Recent.Taken<>(List.of(), 0));
  }
}
