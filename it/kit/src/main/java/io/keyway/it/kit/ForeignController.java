package io.keyway.it.kit;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.Path;
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
import io.keyway.protocol.p4runtime.config.Preamble;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A controller that is not Keyway, for a device of this machine: bare gNMI and P4Runtime. */
public final class ForeignController implements AutoCloseable {

  private static final Uint128 ELECTION = Uint128.newBuilder().setHigh(1).build();
  private static final int SECONDS = 60;

  private final ManagedChannel channel;
  private final String role;
  private final BlockingQueue<StreamMessageResponse> messages = new LinkedBlockingQueue<>();
  private StreamObserver<StreamMessageRequest> stream;
  private P4Info program;

  public ForeignController(int port, String role) {
    this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    this.role = role;
  }

  private final class Answers implements StreamObserver<StreamMessageResponse> {
    @Override
    public void onNext(StreamMessageResponse message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable t) {
      // it ends with the device
    }

    @Override
    public void onCompleted() {
      // it ends with the test
    }
  }

  /** Becomes the primary of its role, and learns the program. */
  public ForeignController lead() throws IOException, InterruptedException {
    stream = P4RuntimeGrpc.newStub(channel).streamChannel(new Answers());
    stream.onNext(
        StreamMessageRequest.newBuilder()
            .setArbitration(
                MasterArbitrationUpdate.newBuilder()
                    .setDeviceId(1)
                    .setElectionId(ELECTION)
                    .setRole(Role.newBuilder().setName(role)))
            .build());
    StreamMessageResponse first = messages.poll(SECONDS, TimeUnit.SECONDS);
    if (first == null || first.getArbitration().getStatus().getCode() != 0) {
      throw new IOException("not the primary of role " + role + ": " + first);
    }
    program =
        p4runtime()
            .getForwardingPipelineConfig(
                GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
            .getConfig()
            .getP4Info();
    return this;
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub p4runtime() {
    return P4RuntimeGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private gNMIGrpc.gNMIBlockingStub gnmi() {
    return gNMIGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /** Takes an SPI from the device, in the order of octets of the wire. */
  public int spi() {
    return Integer.reverseBytes(
        (int)
            gnmi()
                .get(
                    GetRequest.newBuilder()
                        .addPath(path("ipsec-spi", "rx-spi"))
                        .setEncoding(Encoding.PROTO)
                        .build())
                .getNotification(0)
                .getUpdate(0)
                .getVal()
                .getUintVal());
  }

  /** Installs an SA given as text of the device's message. */
  public void installSa(String text) {
    gnmi()
        .set(
            SetRequest.newBuilder()
                .addUpdate(
                    io.keyway.protocol.gnmi.Update.newBuilder()
                        .setPath(path("sad", "sad-entry", "config"))
                        .setVal(
                            TypedValue.newBuilder().setProtoBytes(ByteString.copyFromUtf8(text))))
                .build());
  }

  private static Path path(String... below) {
    Path.Builder path = Path.newBuilder().addElem(PathElem.newBuilder().setName("ipsec-offload"));
    for (String name : below) {
      path.addElem(PathElem.newBuilder().setName(name));
    }
    return path.build();
  }

  /**
   * An insert of a row, by the last parts of the names of its table and action.
   *
   * @param key values of all match fields, in order
   * @param params values of all parameters, in order
   */
  public Update row(String table, String action, List<ByteString> key, ByteString... params) {
    TableEntry.Builder row =
        TableEntry.newBuilder()
            .setTableId(id(program.getTablesList().stream().map(t -> t.getPreamble()), table));
    for (int i = 0; i < key.size(); i++) {
      row.addMatch(
          FieldMatch.newBuilder()
              .setFieldId(i + 1)
              .setExact(FieldMatch.Exact.newBuilder().setValue(key.get(i))));
    }
    Action.Builder does =
        Action.newBuilder()
            .setActionId(id(program.getActionsList().stream().map(a -> a.getPreamble()), action));
    for (int i = 0; i < params.length; i++) {
      does.addParams(Action.Param.newBuilder().setParamId(i + 1).setValue(params[i]));
    }
    row.setAction(TableAction.newBuilder().setAction(does));
    return Update.newBuilder()
        .setType(Update.Type.INSERT)
        .setEntity(Entity.newBuilder().setTableEntry(row))
        .build();
  }

  private static int id(Stream<Preamble> all, String name) {
    return all.filter(p -> p.getName().endsWith("." + name)).findFirst().orElseThrow().getId();
  }

  public void write(List<Update> updates) {
    p4runtime()
        .write(
            WriteRequest.newBuilder()
                .setDeviceId(1)
                .setRole(role)
                .setElectionId(ELECTION)
                .addAllUpdates(updates)
                .build());
  }

  /** A number as so many octets, the highest first. */
  public static ByteString number(long value, int octets) {
    byte[] bytes = new byte[octets];
    for (int i = 0; i < octets; i++) {
      bytes[octets - 1 - i] = (byte) (value >>> 8 * i);
    }
    return ByteString.copyFrom(bytes);
  }

  @Override
  public void close() {
    if (stream != null) {
      stream.onCompleted();
    }
    channel.shutdownNow();
  }
}
