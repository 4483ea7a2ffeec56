package io.keyway.emulator.infrap4d.control;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.Recent;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.emulator.infrap4d.wire.Capture;
import io.keyway.emulator.infrap4d.wire.Prefix;
import io.keyway.emulator.v1.ClearFaultsReply;
import io.keyway.emulator.v1.ClearFaultsRequest;
import io.keyway.emulator.v1.ClearPipelineReply;
import io.keyway.emulator.v1.ClearPipelineRequest;
import io.keyway.emulator.v1.CollectDeliveredReply;
import io.keyway.emulator.v1.CollectFramesReply;
import io.keyway.emulator.v1.CollectRequest;
import io.keyway.emulator.v1.CountersReply;
import io.keyway.emulator.v1.CountersRequest;
import io.keyway.emulator.v1.EmulatorControlGrpc;
import io.keyway.emulator.v1.ExpireSpiReply;
import io.keyway.emulator.v1.ExpireSpiRequest;
import io.keyway.emulator.v1.FillTableReply;
import io.keyway.emulator.v1.FillTableRequest;
import io.keyway.emulator.v1.InjectFramesReply;
import io.keyway.emulator.v1.InjectFramesRequest;
import io.keyway.emulator.v1.InjectReply;
import io.keyway.emulator.v1.InjectRequest;
import io.keyway.emulator.v1.ListRowsReply;
import io.keyway.emulator.v1.ListRowsRequest;
import io.keyway.emulator.v1.ListSasReply;
import io.keyway.emulator.v1.ListSasRequest;
import io.keyway.emulator.v1.PushPipelineReply;
import io.keyway.emulator.v1.PushPipelineRequest;
import io.keyway.emulator.v1.RestartReply;
import io.keyway.emulator.v1.RestartRequest;
import io.keyway.emulator.v1.SetFaultReply;
import io.keyway.emulator.v1.SetFaultRequest;
import io.keyway.emulator.v1.SetReachableReply;
import io.keyway.emulator.v1.SetReachableRequest;
import io.keyway.emulator.v1.StartCaptureReply;
import io.keyway.emulator.v1.StartCaptureRequest;
import io.keyway.emulator.v1.StatusReply;
import io.keyway.emulator.v1.StatusRequest;
import io.keyway.emulator.v1.StopCaptureReply;
import io.keyway.emulator.v1.StopCaptureRequest;
import io.keyway.emulator.v1.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** The service {@code keyway.emulator.v1.EmulatorControl}. */
final class ControlService extends EmulatorControlGrpc.EmulatorControlImplBase {

  private interface Action<T> {
    T run() throws IOException;
  }

  private final Emulator emulator;
  private final Device device;

  ControlService(Emulator emulator) {
    this.emulator = emulator;
    this.device = emulator.device();
  }

  private static <T> void answer(StreamObserver<T> observer, Action<T> action) {
    T reply;
    try {
      reply = action.run();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    } catch (IllegalArgumentException e) {
      observer.onError(invalid(e.getMessage()));
      return;
    } catch (IOException e) {
      observer.onError(
          Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
      return;
    }
    observer.onNext(reply);
    observer.onCompleted();
  }

  private static StatusRuntimeException invalid(String message) {
    return Status.INVALID_ARGUMENT.withDescription(message).asRuntimeException();
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusReply> observer) {
    answer(
        observer,
        () ->
            StatusReply.newBuilder()
                .setName(emulator.config().name())
                .setSite(emulator.config().site())
                .setWire(emulator.config().wire())
                .setGeneration(device.generation())
                .setPipelineSet(device.pipeline().isPresent())
                .setReachable(emulator.server().running())
                .addAllListen(
                    emulator.addresses().stream()
                        .map(a -> a.getAddress().getHostAddress() + ":" + a.getPort())
                        .toList())
                .setP4RuntimeStreams(emulator.server().streams())
                .setExpireSubscribers(emulator.server().expireSubscribers())
                .addAllQuirks(device.quirks().describe())
                .build());
  }

  @Override
  public void inject(InjectRequest request, StreamObserver<InjectReply> observer) {
    answer(
        observer,
        () -> {
          InjectReply.Builder reply = InjectReply.newBuilder();
          for (ByteString packet : request.getPacketsList()) {
            var verdict = device.transmit(packet.toByteArray(), request.getUnderlay());
            reply.addVerdicts(
                Verdict.newBuilder()
                    .setKind(
                        switch (verdict.kind()) {
                          case PROTECTED -> Verdict.Kind.PROTECTED;
                          case CLEAR -> Verdict.Kind.CLEAR;
                          case HELD -> Verdict.Kind.HELD;
                          case DROPPED -> Verdict.Kind.DROPPED;
                        })
                    .setReason(verdict.reason()));
          }
          return reply.build();
        });
  }

  @Override
  public void injectFrames(
      InjectFramesRequest request, StreamObserver<InjectFramesReply> observer) {
    answer(
        observer,
        () -> {
          request.getFramesList().forEach(frame -> device.receive(frame.toByteArray()));
          return InjectFramesReply.getDefaultInstance();
        });
  }

  @Override
  public void collectDelivered(
      CollectRequest request, StreamObserver<CollectDeliveredReply> observer) {
    answer(
        observer,
        () -> {
          Recent.Taken<Delivered> taken = emulator.takeDelivered(request.getMax());
          return CollectDeliveredReply.newBuilder()
              .addAllPackets(taken.items().stream().map(Views::delivered).toList())
              .setForgotten(taken.forgotten())
              .build();
        });
  }

  @Override
  public void collectFrames(CollectRequest request, StreamObserver<CollectFramesReply> observer) {
    answer(
        observer,
        () -> {
          Recent.Taken<byte[]> taken = emulator.takeFrames(request.getMax());
          return CollectFramesReply.newBuilder()
              .addAllFrames(taken.items().stream().map(ByteString::copyFrom).toList())
              .setForgotten(taken.forgotten())
              .build();
        });
  }

  @Override
  public void getCounters(CountersRequest request, StreamObserver<CountersReply> observer) {
    answer(
        observer,
        () -> CountersReply.newBuilder().putAllCounters(device.counters().snapshot()).build());
  }

  @Override
  public void listSas(ListSasRequest request, StreamObserver<ListSasReply> observer) {
    answer(
        observer,
        () ->
            ListSasReply.newBuilder()
                .addAllSas(device.sas().stream().map(Views::sa).toList())
                .build());
  }

  @Override
  public void listRows(ListRowsRequest request, StreamObserver<ListRowsReply> observer) {
    answer(
        observer,
        () -> {
          ListRowsReply.Builder reply = ListRowsReply.newBuilder();
          List<Program.TableInfo> tables =
              device.pipeline().map(p -> p.program().tables()).orElse(List.of());
          if (!request.getTable().isEmpty()) {
            tables = List.of(table(request.getTable()));
          }
          for (Program.TableInfo table : tables) {
            var rows =
                device.table(
                    table.name(),
                    t -> t.rows().stream().map(row -> Views.row(table, row)).toList());
            if (rows != null) {
              reply.addAllRows(rows);
            }
          }
          return reply.build();
        });
  }

  private Program.TableInfo table(String name) {
    return device
        .pipeline()
        .flatMap(p -> p.program().table(name))
        .orElseThrow(() -> invalid("no table is called '" + name + "', or no pipeline is set"));
  }

  @Override
  public void setFault(SetFaultRequest request, StreamObserver<SetFaultReply> observer) {
    answer(
        observer,
        () -> {
          emulator.faults().add(Views.fault(request));
          return SetFaultReply.getDefaultInstance();
        });
  }

  @Override
  public void clearFaults(ClearFaultsRequest request, StreamObserver<ClearFaultsReply> observer) {
    answer(
        observer,
        () -> {
          emulator.faults().clear();
          return ClearFaultsReply.getDefaultInstance();
        });
  }

  @Override
  public void restart(RestartRequest request, StreamObserver<RestartReply> observer) {
    answer(
        observer,
        () -> {
          emulator.restart(request.getPipelineSet(), request.getDownMs());
          return RestartReply.newBuilder().setGeneration(device.generation()).build();
        });
  }

  @Override
  public void setReachable(
      SetReachableRequest request, StreamObserver<SetReachableReply> observer) {
    answer(
        observer,
        () -> {
          emulator.setReachable(request.getReachable());
          return SetReachableReply.getDefaultInstance();
        });
  }

  @Override
  public void pushPipeline(
      PushPipelineRequest request, StreamObserver<PushPipelineReply> observer) {
    answer(
        observer,
        () -> {
          emulator.pushPipeline(request.getIdOffset());
          return PushPipelineReply.newBuilder().setGeneration(device.generation()).build();
        });
  }

  @Override
  public void clearPipeline(
      ClearPipelineRequest request, StreamObserver<ClearPipelineReply> observer) {
    answer(
        observer,
        () -> {
          device.clearPipeline();
          return ClearPipelineReply.getDefaultInstance();
        });
  }

  @Override
  public void fillTable(FillTableRequest request, StreamObserver<FillTableReply> observer) {
    answer(
        observer,
        () -> {
          boolean sad = request.getTable().equals("sad");
          Integer added =
              sad
                  ? device.fillSad(request.getLeaveFree())
                  : device.fill(table(request.getTable()).name(), request.getLeaveFree());
          if (added == null) {
            throw invalid(
                "'" + request.getTable() + "' takes nothing: it has no key, or no pipeline is set");
          }
          return FillTableReply.newBuilder().setAdded(added).build();
        });
  }

  @Override
  public void expireSpi(ExpireSpiRequest request, StreamObserver<ExpireSpiReply> observer) {
    answer(
        observer,
        () -> {
          InetAddress destination =
              request.getDestAddress().isEmpty()
                  ? InetAddress.getByAddress(
                      device.destinationOf(request.getSpi()).orElse(new byte[4]))
                  : Prefix.parse(request.getDestAddress()).address();
          return ExpireSpiReply.newBuilder()
              .setSubscribers(
                  device.expire(
                      request.getSpi(), request.getSoft(), destination, request.getEnforce()))
              .build();
        });
  }

  @Override
  public void startCapture(
      StartCaptureRequest request, StreamObserver<StartCaptureReply> observer) {
    answer(
        observer,
        () -> {
          if (request.getDirectory().isEmpty()) {
            throw invalid("a capture needs a directory");
          }
          try {
            Capture capture = emulator.wire().startCapture(Path.of(request.getDirectory()));
            return StartCaptureReply.newBuilder()
                .setPcap(capture.pcapFile().toString())
                .setKeys(capture.keyFile().toString())
                .build();
          } catch (InvalidPathException e) {
            throw invalid(e.getMessage());
          }
        });
  }

  @Override
  public void stopCapture(StopCaptureRequest request, StreamObserver<StopCaptureReply> observer) {
    answer(
        observer,
        () -> StopCaptureReply.newBuilder().setFrames(emulator.wire().stopCapture()).build());
  }
}
