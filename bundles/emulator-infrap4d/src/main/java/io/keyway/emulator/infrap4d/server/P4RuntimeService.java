package io.keyway.emulator.infrap4d.server;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.protocol.p4runtime.CapabilitiesRequest;
import io.keyway.protocol.p4runtime.CapabilitiesResponse;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.ForwardingPipelineConfig;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigResponse;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.ReadRequest;
import io.keyway.protocol.p4runtime.ReadResponse;
import io.keyway.protocol.p4runtime.SetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.SetForwardingPipelineConfigResponse;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import io.keyway.protocol.p4runtime.WriteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** The service {@code p4.v1.P4Runtime} as infrap4d offers it. */
final class P4RuntimeService extends P4RuntimeGrpc.P4RuntimeImplBase {
  private static final String API_VERSION = "1.4.0-rc.5";
  private static final String DUPLICATE = "Duplicate table entry (may not be an error)";
  private static final String DUPLICATES = "Duplicate table entries (may not be an error)";
  private static final String FAILED = "One or more write operations failed.";

  private final Device device;
  private final Arbitration arbitration;
  private final Faults faults;
  private final FaultyCalls calls;
  private final TableRows rows;
  private final TableReads reads;

  P4RuntimeService(
      Device device, Arbitration arbitration, Faults faults, ScheduledExecutorService scheduler) {
    this.device = device;
    this.arbitration = arbitration;
    this.faults = faults;
    this.calls = new FaultyCalls(scheduler);
    this.rows = new TableRows(device);
    this.reads = new TableReads(device, arbitration, rows);
  }

  @Override
  public void write(WriteRequest request, StreamObserver<WriteResponse> observer) {
    List<Optional<Fault>> hits = new ArrayList<>();
    Optional<Program> program = device.pipeline().map(Device.Pipeline::program);
    for (Update update : request.getUpdatesList()) {
      hits.add(faults.next(Fault.Operation.TABLE_WRITE, f -> concerns(f, program, update)));
    }
    Optional<Fault> ofTheCall =
        hits.stream().flatMap(Optional::stream).filter(Fault::ofTheCall).findFirst();
    calls.answer(ofTheCall, observer, () -> write(request, hits));
  }

  private static boolean concerns(Fault fault, Optional<Program> program, Update update) {
    return fault.table().isEmpty()
        || program
            .flatMap(p -> p.table(fault.table()))
            .filter(t -> t.id() == update.getEntity().getTableEntry().getTableId())
            .isPresent();
  }

  private WriteResponse write(WriteRequest request, List<Optional<Fault>> hits) {
    if (request.getUpdatesCount() == 0) {
      return WriteResponse.getDefaultInstance();
    }
    checkDevice(request.getDeviceId());
    check(arbitration.mayWrite(request.getRole(), request.getElectionId()));
    for (Update update : request.getUpdatesList()) {
      int table = update.getEntity().getTableEntry().getTableId();
      if (!request.getRole().isEmpty() && !arbitration.covers(request.getRole(), table)) {
        throw Status.PERMISSION_DENIED
            .withDescription(
                "role '" + request.getRole() + "' is not allowed to write table " + table)
            .asRuntimeException();
      }
    }
    if (request.getAtomicity() != WriteRequest.Atomicity.CONTINUE_ON_ERROR) {
      throw Status.UNIMPLEMENTED
          .withDescription("atomicity " + request.getAtomicity() + " is not supported")
          .asRuntimeException();
    }
    Program program = pipeline().program();
    List<UpdateError> results = new ArrayList<>(request.getUpdatesCount());
    for (int i = 0; i < request.getUpdatesCount(); i++) {
      Optional<Fault> hit = hits.get(i).filter(f -> f.effect() == Fault.Effect.FAIL);
      results.add(
          hit.isPresent() ? onOrder(hit.get()) : rows.apply(program, request.getUpdates(i)));
    }
    if (results.stream().allMatch(UpdateError::isOk)) {
      return WriteResponse.getDefaultInstance();
    }
    throw StatusProto.toStatusRuntimeException(failure(results));
  }

  private static UpdateError onOrder(Fault fault) {
    Status status = fault.status(Status.Code.INTERNAL);
    return new UpdateError(
        Code.forNumber(status.getCode().value()),
        UpdateError.OPERATION_FAILED,
        status.getDescription());
  }

  /** The top-level code is always UNKNOWN; what happened stands in the details, one per update. */
  private static com.google.rpc.Status failure(List<UpdateError> results) {
    List<UpdateError> failed = results.stream().filter(r -> !r.isOk()).toList();
    boolean onlyDuplicates = failed.stream().allMatch(r -> r.code() == Code.ALREADY_EXISTS);
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(Code.UNKNOWN_VALUE)
            .setMessage(onlyDuplicates ? failed.size() == 1 ? DUPLICATE : DUPLICATES : FAILED);
    results.forEach(r -> status.addDetails(Any.pack(r.toProto())));
    return status.build();
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> observer) {
    ServerCallStreamObserver<ReadResponse> out = (ServerCallStreamObserver<ReadResponse>) observer;
    // The last response of the stream is what the fault, if any, acts on.
    calls.answer(
        faults.next(Fault.Operation.TABLE_READ),
        observer,
        () -> {
          checkDevice(request.getDeviceId());
          List<Entity> entities = reads.read(pipeline().program(), request);
          int from = 0;
          for (; entities.size() - from > TableReads.BATCH; from += TableReads.BATCH) {
            if (out.isCancelled()) {
              break;
            }
            out.onNext(
                ReadResponse.newBuilder()
                    .addAllEntities(entities.subList(from, from + TableReads.BATCH))
                    .build());
          }
          return ReadResponse.newBuilder()
              .addAllEntities(entities.subList(from, entities.size()))
              .build();
        });
  }

  @Override
  public void setForwardingPipelineConfig(
      SetForwardingPipelineConfigRequest request,
      StreamObserver<SetForwardingPipelineConfigResponse> observer) {
    calls.answer(
        Optional.empty(),
        observer,
        () -> {
          checkDevice(request.getDeviceId());
          check(arbitration.maySetPipeline(request.getRole(), request.getElectionId()));
          ForwardingPipelineConfig config = request.getConfig();
          switch (request.getAction()) {
            case VERIFY -> verified(config);
            case VERIFY_AND_SAVE -> saved = verified(config);
            case VERIFY_AND_COMMIT ->
                device.setPipeline(verified(config).getP4Info(), config.getCookie().getCookie());
            case COMMIT -> {
              ForwardingPipelineConfig held = saved;
              if (held == null) {
                throw Status.FAILED_PRECONDITION
                    .withDescription("nothing was saved that could be committed")
                    .asRuntimeException();
              }
              device.setPipeline(held.getP4Info(), held.getCookie().getCookie());
            }
            case RECONCILE_AND_COMMIT ->
                throw Status.UNIMPLEMENTED
                    .withDescription("RECONCILE_AND_COMMIT action not supported yet")
                    .asRuntimeException();
            default ->
                throw Status.INVALID_ARGUMENT
                    .withDescription("Invalid action passed for node 1.")
                    .asRuntimeException();
          }
          return SetForwardingPipelineConfigResponse.getDefaultInstance();
        });
  }

  private volatile ForwardingPipelineConfig saved;

  private static ForwardingPipelineConfig verified(ForwardingPipelineConfig config) {
    if (config.getP4Info().getTablesCount() == 0 || config.getP4DeviceConfig().isEmpty()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("a pipeline needs a p4info with tables and a p4_device_config")
          .asRuntimeException();
    }
    try {
      new Program(config.getP4Info());
    } catch (IllegalArgumentException e) {
      throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
    }
    return config;
  }

  @Override
  public void getForwardingPipelineConfig(
      GetForwardingPipelineConfigRequest request,
      StreamObserver<GetForwardingPipelineConfigResponse> observer) {
    calls.answer(
        faults.next(Fault.Operation.PIPELINE_READ),
        observer,
        () -> {
          checkDevice(request.getDeviceId());
          Device.Pipeline pipeline = pipeline();
          ForwardingPipelineConfig.Builder config = ForwardingPipelineConfig.newBuilder();
          config.setCookie(
              ForwardingPipelineConfig.Cookie.newBuilder().setCookie(pipeline.cookie()));
          switch (request.getResponseType()) {
            case ALL, P4INFO_AND_COOKIE -> config.setP4Info(pipeline.program().info());
            case COOKIE_ONLY, DEVICE_CONFIG_AND_COOKIE -> {}
            default ->
                throw Status.INVALID_ARGUMENT
                    .withDescription("response type " + request.getResponseTypeValue())
                    .asRuntimeException();
          }
          return GetForwardingPipelineConfigResponse.newBuilder().setConfig(config).build();
        });
  }

  @Override
  public void capabilities(
      CapabilitiesRequest request, StreamObserver<CapabilitiesResponse> observer) {
    observer.onNext(CapabilitiesResponse.newBuilder().setP4RuntimeApiVersion(API_VERSION).build());
    observer.onCompleted();
  }

  @Override
  public StreamObserver<StreamMessageRequest> streamChannel(
      StreamObserver<StreamMessageResponse> out) {
    Arbitration.Stream stream = new Arbitration.Stream(out);
    Optional<Fault> fault = faults.next(Fault.Operation.STREAM_OPEN);
    Status opened =
        fault.isPresent()
            ? fault.get().status(Status.Code.UNAVAILABLE)
            : arbitration.opened(stream);
    if (!opened.isOk()) {
      out.onError(opened.asRuntimeException());
      return new RefusedStream<>();
    }
    ((ServerCallStreamObserver<StreamMessageResponse>) out)
        .setOnCancelHandler(() -> arbitration.closed(stream));
    return new StreamObserver<>() {
      private boolean ended;

      @Override
      public void onNext(StreamMessageRequest message) {
        if (ended || !message.hasArbitration()) {
          // Packet-outs and digests: nothing of IPsec travels that way.
          return;
        }
        Status status = arbitration.update(stream, message.getArbitration());
        if (!status.isOk()) {
          ended = true;
          arbitration.closed(stream);
          out.onError(status.asRuntimeException());
        }
      }

      @Override
      public void onError(Throwable t) {
        arbitration.closed(stream);
      }

      @Override
      public void onCompleted() {
        arbitration.closed(stream);
        if (!ended) {
          out.onCompleted();
        }
      }
    };
  }

  private static void checkDevice(long id) {
    if (id == 0) {
      throw Status.INVALID_ARGUMENT.withDescription("Invalid device ID.").asRuntimeException();
    }
    if (id != Arbitration.DEVICE_ID) {
      throw Status.NOT_FOUND.withDescription("no node has ID " + id).asRuntimeException();
    }
  }

  private static void check(Status status) throws StatusRuntimeException {
    if (!status.isOk()) {
      throw status.asRuntimeException();
    }
  }

  private Device.Pipeline pipeline() {
    return device
        .pipeline()
        .orElseThrow(
            () ->
                Status.FAILED_PRECONDITION
                    .withDescription(
                        "No valid forwarding pipeline config has been pushed for node 1.")
                    .asRuntimeException());
  }
}
