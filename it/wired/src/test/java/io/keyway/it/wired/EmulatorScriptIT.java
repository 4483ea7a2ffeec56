package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.gNMIGrpc;
import io.keyway.protocol.p4runtime.Action;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.TableAction;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import io.keyway.protocol.p4runtime.config.P4Info;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./keyway emulator} as somebody uses it who tests another controller. */
class EmulatorScriptIT {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/emulator.md");

  @TempDir Path directory;

  private static ProcessBuilder command(String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
    // Maven has built it; the script shall not start another Maven inside of this one.
    builder.environment().put("KEYWAY_BUILD", "no");
    return builder.redirectErrorStream(true);
  }

  private static String run(String... command) throws Exception {
    Process process = command(command).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aForeignControllerWritesARowAndAnSaMeetsAFaultAndNothingStaysBehind() throws Exception {
    Process emulator =
        command("./keyway", "emulator", "--listen=127.0.0.1:0", "--control=127.0.0.1:0").start();
    List<Integer> ports = new ArrayList<>();
    BufferedReader said = emulator.inputReader();
    try {
      String ready = said.readLine();
      Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(ready);
      while (port.find()) {
        ports.add(Integer.parseInt(port.group(1)));
      }
      assertThat(ports).as(ready).hasSize(2);
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", ports.get(0)).usePlaintext().build();
      try {
        acts(channel, "--address=127.0.0.1:" + ports.get(1));
      } finally {
        channel.shutdownNow();
      }
    } finally {
      // The script has become the emulator, so that there is one process to end.
      assertThat(emulator.toHandle().descendants()).isEmpty();
      emulator.toHandle().destroy();
      assertThat(emulator.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(said.lines().toList()).endsWith("stopped: emulator");
    for (int port : ports) {
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(free.isBound()).isTrue();
      }
    }
  }

  private static void acts(ManagedChannel channel, String address) throws Exception {
    var gnmi = gNMIGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    var p4 = P4RuntimeGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    long answer =
        gnmi.get(
                GetRequest.newBuilder()
                    .addPath(path("ipsec-spi", "rx-spi"))
                    .setEncoding(Encoding.PROTO)
                    .build())
            .getNotification(0)
            .getUpdate(0)
            .getVal()
            .getUintVal();
    int spi = Integer.reverseBytes((int) answer);
    gnmi.set(sa(spi));
    assertThat(run("./keyway", "emulator", "control", address, "sas"))
        .contains("in  spi=0x%08x offload-id=%d".formatted(spi, spi & 0xFFFFFF), "1 SAs");

    BlockingQueue<StreamMessageResponse> messages = new LinkedBlockingQueue<>();
    StreamObserver<StreamMessageRequest> stream = primary(channel, messages);
    StreamMessageResponse arbitration = messages.poll(20, TimeUnit.SECONDS);
    assertThat(arbitration.getArbitration().getStatus().getCode()).isZero();
    P4Info info =
        p4.getForwardingPipelineConfig(
                GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
            .getConfig()
            .getP4Info();
    p4.write(row(info, 1, spi));
    assertThat(run("./keyway", "emulator", "control", address, "rows", "ipsec_spd"))
        .contains("dst_ip=10.2.0.1", "1 rows");

    run(
        "./keyway",
        "emulator",
        "control",
        address,
        "fault",
        "table-write",
        "fail",
        "--code=resource-exhausted");
    assertThatThrownBy(() -> p4.write(row(info, 2, spi)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN));
    p4.write(row(info, 2, spi));
    stream.onCompleted();
  }

  private static io.keyway.protocol.gnmi.Path path(String... below) {
    var path = io.keyway.protocol.gnmi.Path.newBuilder();
    path.addElem(PathElem.newBuilder().setName("ipsec-offload"));
    for (String name : below) {
      path.addElem(PathElem.newBuilder().setName(name));
    }
    return path.build();
  }

  private static SetRequest sa(int spi) {
    String text =
        "offload_id: "
            + (spi & 0xFFFFFF)
            + " direction: true req_id: 2 spi: "
            + Integer.toUnsignedString(spi)
            + " ext_seq_num: true anti_replay_window_size: 64 esp_payload { encryption {"
            + " encryption_algorithm: 0 key_len: 20 key: \""
            + "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02:03:04\" } }";
    return SetRequest.newBuilder()
        .addUpdate(
            io.keyway.protocol.gnmi.Update.newBuilder()
                .setPath(path("sad", "sad-entry", "config"))
                .setVal(TypedValue.newBuilder().setProtoBytes(ByteString.copyFromUtf8(text))))
        .build();
  }

  private static StreamObserver<StreamMessageRequest> primary(
      ManagedChannel channel, BlockingQueue<StreamMessageResponse> messages) {
    StreamObserver<StreamMessageRequest> stream =
        P4RuntimeGrpc.newStub(channel)
            .streamChannel(
                new StreamObserver<>() {
                  @Override
                  public void onNext(StreamMessageResponse message) {
                    messages.add(message);
                  }

                  @Override
                  public void onError(Throwable t) {
                    // it ends with the emulator
                  }

                  @Override
                  public void onCompleted() {
                    // it ends with the test
                  }
                });
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(1)
                    .setElectionId(Uint128.newBuilder().setHigh(1))
                    .setRole(Role.newBuilder().setName("ipsec-ss-plugin")))
            .build());
    return stream;
  }

  private static WriteRequest row(P4Info info, int host, int spi) {
    int table =
        info.getTablesList().stream()
            .filter(t -> t.getPreamble().getAlias().equals("ipsec_spd"))
            .findFirst()
            .orElseThrow()
            .getPreamble()
            .getId();
    int action =
        info.getActionsList().stream()
            .filter(a -> a.getPreamble().getName().endsWith(".ipsec_protect_set_metadata"))
            .findFirst()
            .orElseThrow()
            .getPreamble()
            .getId();
    byte[] index = {(byte) (spi >>> 16), (byte) (spi >>> 8), (byte) spi};
    return WriteRequest.newBuilder()
        .setDeviceId(1)
        .setRole("ipsec-ss-plugin")
        .setElectionId(Uint128.newBuilder().setHigh(1))
        .addUpdates(
            Update.newBuilder()
                .setType(Update.Type.INSERT)
                .setEntity(
                    Entity.newBuilder()
                        .setTableEntry(
                            TableEntry.newBuilder()
                                .setTableId(table)
                                .addMatch(exact(1, 10, 2, 0, host))
                                .addMatch(exact(2, 17))
                                .setAction(
                                    TableAction.newBuilder()
                                        .setAction(
                                            Action.newBuilder()
                                                .setActionId(action)
                                                .addParams(
                                                    Action.Param.newBuilder()
                                                        .setParamId(1)
                                                        .setValue(ByteString.copyFrom(index))))))))
        .build();
  }

  private static FieldMatch exact(int field, int... octets) {
    byte[] value = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      value[i] = (byte) octets[i];
    }
    return FieldMatch.newBuilder()
        .setFieldId(field)
        .setExact(FieldMatch.Exact.newBuilder().setValue(ByteString.copyFrom(value)))
        .build();
  }

  @Test
  void everyCommandOfThePageWorks() throws Exception {
    String script = "set -euo pipefail\n" + String.join("\n", blocks());
    for (String port : List.of("9339", "9559", "9600", "9561")) {
      script = script.replace("127.0.0.1:" + port, "127.0.0.1:" + freePort());
    }
    // The page lives with the default ports, the test with free ones.
    int control = freePort();
    script =
        script
            .replace(
                "./keyway emulator > ",
                "./keyway emulator --listen=127.0.0.1:0,127.0.0.1:0 --control=127.0.0.1:"
                    + control
                    + " > ")
            .replace("emulator control ", "emulator control --address=127.0.0.1:" + control + " ");
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        command("bash", "-c", script)
            .redirectOutput(output.toFile())
            .redirectInput(new File("/dev/null"));
    builder.environment().put("TMPDIR", directory.toString());
    Process process = builder.start();
    boolean ended = process.waitFor(180, TimeUnit.SECONDS);
    List<ProcessHandle> left = process.toHandle().descendants().toList();
    left.forEach(ProcessHandle::destroy);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said)
        .contains("ready: emulator", "taken: 1023", "3 CLEAR", "Verification: OK", "frames: 1")
        .contains("stopped: emulator");
    assertThat(left).as("nothing runs on").isEmpty();
  }

  private static List<String> blocks() throws IOException {
    Matcher matcher =
        Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(PAGE));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertThat(blocks).isNotEmpty();
    return blocks;
  }
}
