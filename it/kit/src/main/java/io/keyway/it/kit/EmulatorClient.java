package io.keyway.it.kit;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.keyway.emulator.v1.CollectRequest;
import io.keyway.emulator.v1.CountersRequest;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.EmulatorControlGrpc;
import io.keyway.emulator.v1.InjectRequest;
import io.keyway.emulator.v1.ListRowsRequest;
import io.keyway.emulator.v1.ListSasRequest;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SaInfo;
import io.keyway.emulator.v1.StartCaptureRequest;
import io.keyway.emulator.v1.StatusRequest;
import io.keyway.emulator.v1.StopCaptureRequest;
import io.keyway.emulator.v1.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Remote control of one emulated device: its host side, its wire, its counters. */
public final class EmulatorClient implements AutoCloseable {

  private static final int SECONDS = 10;

  private final ManagedChannel channel;

  /** Connects to the control address of an emulator on this machine. */
  public EmulatorClient(int controlPort) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", controlPort).usePlaintext().build();
  }

  /** The stub itself, for what has no method here; with the usual time limit. */
  public EmulatorControlGrpc.EmulatorControlBlockingStub stub() {
    return EmulatorControlGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until the emulator answers. */
  public EmulatorClient await(Duration limit) throws IOException, InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        stub().status(StatusRequest.getDefaultInstance());
        return this;
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() > end) {
          throw new IOException("the emulator does not answer: " + e.getStatus(), e);
        }
        Thread.sleep(100);
      }
    }
  }

  /** Hands whole IP packets to the device, as its host would. */
  public List<Verdict> inject(List<byte[]> packets) {
    InjectRequest.Builder request = InjectRequest.newBuilder();
    packets.forEach(packet -> request.addPackets(ByteString.copyFrom(packet)));
    return stub().inject(request.build()).getVerdictsList();
  }

  /** Takes what the device delivered to its host since the last call. */
  public List<DeliveredPacket> delivered() {
    return stub().collectDelivered(CollectRequest.getDefaultInstance()).getPacketsList();
  }

  /** Takes the Ethernet frames that the device put on the wire since the last call. */
  public List<byte[]> frames() {
    return stub().collectFrames(CollectRequest.getDefaultInstance()).getFramesList().stream()
        .map(ByteString::toByteArray)
        .toList();
  }

  /** All counters, by name. */
  public Map<String, Long> counters() {
    return stub().getCounters(CountersRequest.getDefaultInstance()).getCountersMap();
  }

  /** Rows of every table. */
  public List<RowInfo> rows() {
    return stub().listRows(ListRowsRequest.getDefaultInstance()).getRowsList();
  }

  /** SAs, without keys. */
  public List<SaInfo> sas() {
    return stub().listSas(ListSasRequest.getDefaultInstance()).getSasList();
  }

  /** Begins {@code wire.pcap} and {@code esp_sa} in a directory. */
  public void startCapture(Path directory) {
    stub()
        .startCapture(StartCaptureRequest.newBuilder().setDirectory(directory.toString()).build());
  }

  /** Ends the capture; gives the number of frames. */
  public long stopCapture() {
    return stub().stopCapture(StopCaptureRequest.getDefaultInstance()).getFrames();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
