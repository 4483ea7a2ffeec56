package io.keyway.emulator.infrap4d;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SetResponse;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.gNMIGrpc;
import io.keyway.protocol.p4runtime.Action;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.Error;
import io.keyway.protocol.p4runtime.FieldMatch;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.ReadRequest;
import io.keyway.protocol.p4runtime.ReadResponse;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.TableAction;
import io.keyway.protocol.p4runtime.TableEntry;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** A controller made of bare stubs: it knows the protocols and nothing of any controller's code. */
final class RawClient implements AutoCloseable {
  static final String ROLE = "ipsec-ss-plugin";

  private final ManagedChannel channel;
  private Program program;

  RawClient(InetSocketAddress address) {
    this(NettyChannelBuilder.forAddress(address).usePlaintext().build());
  }

  RawClient(ManagedChannel channel) {
    this.channel = channel;
  }

  P4RuntimeGrpc.P4RuntimeBlockingStub p4() {
    return P4RuntimeGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  gNMIGrpc.gNMIBlockingStub gnmi() {
    return gNMIGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  gNMIGrpc.gNMIFutureStub gnmiFuture() {
    return gNMIGrpc.newFutureStub(channel);
  }

  gNMIGrpc.gNMIStub gnmiAsync() {
    return gNMIGrpc.newStub(channel);
  }

  /** A StreamChannel with what came back on it. */
  final class Stream implements AutoCloseable {
    private final OneDevice.Heard<StreamMessageResponse> heard = new OneDevice.Heard<>();
    final BlockingQueue<Object> events = heard.events;
    private final StreamObserver<StreamMessageRequest> out =
        P4RuntimeGrpc.newStub(channel).streamChannel(heard);

    Stream arbitrate(String role, long high) {
      return arbitrate(
          MasterArbitrationUpdate.newBuilder()
              .setDeviceId(1)
              .setElectionId(Uint128.newBuilder().setHigh(high))
              .setRole(Role.newBuilder().setName(role))
              .build());
    }

    Stream arbitrate(MasterArbitrationUpdate update) {
      out.onNext(StreamMessageRequest.newBuilder().setArbitration(update).build());
      return this;
    }

    /** The next arbitration message. */
    MasterArbitrationUpdate arbitration() throws InterruptedException {
      Object event = events.poll(10, TimeUnit.SECONDS);
      if (event instanceof StreamMessageResponse response && response.hasArbitration()) {
        return response.getArbitration();
      }
      throw new AssertionError("no arbitration but " + event);
    }

    /** The status that ended the stream. */
    io.grpc.Status end() throws InterruptedException {
      Object event = events.poll(10, TimeUnit.SECONDS);
      if (event instanceof Throwable t) {
        return io.grpc.Status.fromThrowable(t);
      }
      throw new AssertionError("the stream did not end but brought " + event);
    }

    @Override
    public void close() {
      out.onCompleted();
    }
  }

  Stream stream() {
    return new Stream();
  }

  /** A stream that is the primary of the usual role. */
  Stream primary() throws InterruptedException {
    Stream stream = stream().arbitrate(ROLE, 1);
    if (stream.arbitration().getStatus().getCode() != 0) {
      throw new AssertionError("not the primary");
    }
    return stream;
  }

  Program program() {
    if (program == null) {
      program =
          new Program(
              p4().getForwardingPipelineConfig(
                      GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(1).build())
                  .getConfig()
                  .getP4Info());
    }
    return program;
  }

  /** Values as the reference client encodes them. */
  static ByteString ip(String address) {
    try {
      return ByteString.copyFrom(InetAddress.getByName(address).getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static ByteString number(long value) {
    byte[] octets = new byte[8];
    for (int i = 0; i < 8; i++) {
      octets[i] = (byte) (value >>> 56 - 8 * i);
    }
    int from = 0;
    while (from < 7 && octets[from] == 0) {
      from++;
    }
    return ByteString.copyFrom(octets, from, 8 - from);
  }

  static List<ByteString> values(ByteString... values) {
    return Arrays.asList(values);
  }

  /** An update by names; a null value leaves its field out. */
  Update update(
      Update.Type type,
      String table,
      List<ByteString> key,
      String action,
      List<ByteString> params) {
    Program.TableInfo info = program().table(table).orElseThrow();
    TableEntry.Builder entry = TableEntry.newBuilder().setTableId(info.id());
    for (int i = 0; i < key.size(); i++) {
      if (key.get(i) != null) {
        entry.addMatch(
            FieldMatch.newBuilder()
                .setFieldId(info.fields().get(i).id())
                .setExact(FieldMatch.Exact.newBuilder().setValue(key.get(i))));
      }
    }
    if (action != null) {
      Program.ActionInfo found =
          info.actions().values().stream()
              .filter(a -> a.name().equals(action))
              .findFirst()
              .orElseThrow();
      Action.Builder built = Action.newBuilder().setActionId(found.id());
      for (int i = 0; i < params.size(); i++) {
        built.addParams(
            Action.Param.newBuilder()
                .setParamId(found.params().get(i).id())
                .setValue(params.get(i)));
      }
      entry.setAction(TableAction.newBuilder().setAction(built));
    }
    return Update.newBuilder()
        .setType(type)
        .setEntity(Entity.newBuilder().setTableEntry(entry))
        .build();
  }

  Update insert(String table, List<ByteString> key, String action, ByteString... params) {
    return update(Update.Type.INSERT, table, key, action, List.of(params));
  }

  WriteRequest.Builder request(Update... updates) {
    return WriteRequest.newBuilder()
        .setDeviceId(1)
        .setRole(ROLE)
        .setElectionId(Uint128.newBuilder().setHigh(1))
        .addAllUpdates(List.of(updates));
  }

  void write(Update... updates) {
    p4().write(request(updates).build());
  }

  /** The failure of a Write. */
  StatusRuntimeException writeFails(WriteRequest.Builder request) {
    try {
      p4().write(request.build());
    } catch (StatusRuntimeException e) {
      return e;
    }
    throw new AssertionError("the write should have failed");
  }

  /** The errors in the details trailer, one per update. */
  static List<Error> details(StatusRuntimeException failure) {
    List<Error> errors = new ArrayList<>();
    try {
      for (Any any : StatusProto.fromThrowable(failure).getDetailsList()) {
        errors.add(any.unpack(Error.class));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return errors;
  }

  List<Entity> read(Entity... wanted) {
    return read("", wanted);
  }

  List<Entity> read(String role, Entity... wanted) {
    List<Entity> entities = new ArrayList<>();
    Iterator<ReadResponse> responses =
        p4().read(
                ReadRequest.newBuilder()
                    .setDeviceId(1)
                    .setRole(role)
                    .addAllEntities(List.of(wanted))
                    .build());
    responses.forEachRemaining(r -> entities.addAll(r.getEntitiesList()));
    return entities;
  }

  static Path path(String... elements) {
    Path.Builder path = Path.newBuilder();
    for (String element : elements) {
      int bracket = element.indexOf('[');
      PathElem.Builder elem =
          PathElem.newBuilder().setName(bracket < 0 ? element : element.substring(0, bracket));
      if (bracket >= 0) {
        for (String key : element.substring(bracket + 1, element.length() - 1).split("]\\[")) {
          String[] parts = key.split("=", 2);
          elem.putKey(parts[0], parts[1]);
        }
      }
      path.addElem(elem);
    }
    return path.build();
  }

  static Path sadPath(String entry) {
    return path("ipsec-offload", "sad", entry, "config");
  }

  SetResponse insertSa(String text) {
    return gnmi()
        .set(
            SetRequest.newBuilder()
                .addUpdate(
                    io.keyway.protocol.gnmi.Update.newBuilder()
                        .setPath(sadPath("sad-entry[name=*]"))
                        .setVal(
                            TypedValue.newBuilder().setProtoBytes(ByteString.copyFromUtf8(text))))
                .build());
  }

  SetResponse deleteSa(String entry) {
    return gnmi().set(SetRequest.newBuilder().addDelete(sadPath(entry)).build());
  }

  GetRequest.Builder spiRequest() {
    return GetRequest.newBuilder()
        .addPath(path("ipsec-offload", "ipsec-spi", "rx-spi"))
        .setEncoding(Encoding.PROTO);
  }

  /** The number that the device answers. */
  long rxSpi() {
    return gnmi().get(spiRequest().build()).getNotification(0).getUpdate(0).getVal().getUintVal();
  }

  /** An SPI as it stands on the wire: the answer with its octets swapped. */
  int allocateSpi() {
    return Integer.reverseBytes((int) rxSpi());
  }

  static Any packed(Message message) {
    return Any.pack(message);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      channel.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
