package io.keyway.emulator.infrap4d.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.protocol.gnmi.CapabilityRequest;
import io.keyway.protocol.gnmi.CapabilityResponse;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.GetRequest;
import io.keyway.protocol.gnmi.GetResponse;
import io.keyway.protocol.gnmi.ModelData;
import io.keyway.protocol.gnmi.Notification;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SetResponse;
import io.keyway.protocol.gnmi.SubscribeRequest;
import io.keyway.protocol.gnmi.SubscribeResponse;
import io.keyway.protocol.gnmi.Update;
import io.keyway.protocol.gnmi.gNMIGrpc;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** The service {@code gnmi.gNMI} as infrap4d offers it. */
final class GnmiService extends gNMIGrpc.gNMIImplBase {
  private final Quirks quirks;
  private final GnmiValues values;
  private final SadWrites writes;
  private final ExpireHub hub;
  private final Faults faults;
  private final FaultyCalls calls;
  private final ScheduledExecutorService scheduler;

  /**
   * The service of one life of the server.
   *
   * @param crash what happens when a client sends what kills the real one
   */
  GnmiService(
      Device device,
      GnmiValues values,
      ExpireHub hub,
      Faults faults,
      ScheduledExecutorService scheduler,
      Runnable crash) {
    this.quirks = device.quirks();
    this.values = values;
    this.writes = new SadWrites(device, faults, values, crash);
    this.hub = hub;
    this.faults = faults;
    this.calls = new FaultyCalls(scheduler);
    this.scheduler = scheduler;
  }

  /** What the stock file says: IPsec is not among it. */
  @Override
  public void capabilities(CapabilityRequest request, StreamObserver<CapabilityResponse> observer) {
    observer.onNext(
        CapabilityResponse.newBuilder()
            .addSupportedModels(model("stratum-configuration", "Open Networking Foundation"))
            .addSupportedModels(model("openconfig-interfaces", "OpenConfig working group"))
            .addSupportedModels(model("openconfig-hercules", "Google, Inc."))
            .addSupportedEncodings(Encoding.PROTO)
            .setGNMIVersion("0.7.0")
            .build());
    observer.onCompleted();
  }

  private static ModelData model(String name, String organization) {
    return ModelData.newBuilder()
        .setName(name)
        .setOrganization(organization)
        .setVersion("0.1.0")
        .build();
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    boolean readsSpi =
        request.getPathList().stream()
            .anyMatch(
                p ->
                    GnmiTree.resolve(p)
                        .map(t -> t.nodes().contains(GnmiTree.Node.RX_SPI))
                        .orElse(false));
    Optional<Fault> fault = readsSpi ? faults.next(Fault.Operation.SPI_READ) : Optional.empty();
    boolean zero = fault.filter(f -> f.effect() == Fault.Effect.ZERO).isPresent();
    calls.answer(zero ? Optional.empty() : fault, observer, () -> get(request, zero));
  }

  private GetResponse get(GetRequest request, boolean zeroSpi) {
    if (quirks.has(Quirk.NO_CHASSIS_CONFIG)) {
      throw Status.FAILED_PRECONDITION
          .withDescription("chassis config is empty")
          .asRuntimeException();
    }
    if (request.getEncoding() != Encoding.PROTO) {
      throw Status.INVALID_ARGUMENT
          .withDescription("Invalid encoding: only PROTO is supported")
          .asRuntimeException();
    }
    GetResponse.Builder response = GetResponse.newBuilder();
    for (Path path : request.getPathList()) {
      GnmiTree.Target target = target(path);
      Notification.Builder notification = Notification.newBuilder().setTimestamp(values.nanos());
      if (request.hasPrefix()) {
        notification.setPrefix(request.getPrefix());
      }
      for (GnmiTree.Node node : target.nodes()) {
        notification.addUpdate(
            Update.newBuilder()
                .setPath(target.leaf() ? path : node.path())
                .setVal(
                    zeroSpi && node == GnmiTree.Node.RX_SPI
                        ? GnmiValues.spi(0)
                        : values.read(node)));
      }
      response.addNotification(notification);
    }
    return response.build();
  }

  /** Keys are not stripped outside of Set: a path with the key {@code name} is not recognised. */
  static GnmiTree.Target target(Path path) throws StatusRuntimeException {
    for (PathElem elem : path.getElemList()) {
      if (elem.containsKey("name")) {
        throw Status.INVALID_ARGUMENT
            .withDescription("unsupported path: " + GnmiTree.text(path))
            .asRuntimeException();
      }
    }
    return GnmiTree.resolve(path)
        .orElseThrow(
            () ->
                Status.INVALID_ARGUMENT
                    .withDescription("unsupported path: " + GnmiTree.text(path))
                    .asRuntimeException());
  }

  @Override
  public void set(SetRequest request, StreamObserver<SetResponse> observer) {
    SadWrites.Plan plan = writes.plan(request);
    calls.answer(plan.ofTheCall(), observer, () -> writes.set(plan));
  }

  @Override
  public StreamObserver<SubscribeRequest> subscribe(StreamObserver<SubscribeResponse> observer) {
    Optional<Fault> fault = faults.next(Fault.Operation.SUBSCRIBE);
    if (fault.isPresent()) {
      observer.onError(fault.get().status(Status.Code.UNAVAILABLE).asRuntimeException());
      return new RefusedStream<>();
    }
    return new Subscription(observer, hub, values, scheduler);
  }
}
