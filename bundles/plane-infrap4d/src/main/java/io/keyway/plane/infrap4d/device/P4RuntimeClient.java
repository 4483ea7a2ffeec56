package io.keyway.plane.infrap4d.device;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.pipeline.PipelineException;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.p4runtime.CounterData;
import io.keyway.protocol.p4runtime.DirectCounterEntry;
import io.keyway.protocol.p4runtime.Entity;
import io.keyway.protocol.p4runtime.ForwardingPipelineConfig;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest;
import io.keyway.protocol.p4runtime.GetForwardingPipelineConfigRequest.ResponseType;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.ReadRequest;
import io.keyway.protocol.p4runtime.ReadResponse;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.Update;
import io.keyway.protocol.p4runtime.WriteRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Rows, counters and the program of one device. Every call has a deadline. */
final class P4RuntimeClient {

  /** More would let the details of a failed Write outgrow common limits on metadata. */
  static final int BATCH = 100;

  private final Infrap4dSettings settings;
  private final ManagedChannel channel;
  private final BooleanSupplier mayWrite;
  private volatile Uint128 electionId = Uint128.getDefaultInstance();

  /**
   * @param mayWrite false once another controller leads, or contact is lost
   */
  P4RuntimeClient(Infrap4dSettings settings, ManagedChannel channel, BooleanSupplier mayWrite) {
    this.settings = settings;
    this.channel = channel;
    this.mayWrite = mayWrite;
  }

  /** The id that every Write carries. */
  void leading(Uint128 id) {
    electionId = id;
  }

  private P4RuntimeGrpc.P4RuntimeBlockingStub stub() {
    return P4RuntimeGrpc.newBlockingStub(channel)
        .withDeadlineAfter(settings.timing().rpc().toMillis(), TimeUnit.MILLISECONDS);
  }

  Pipeline fetchPipeline() throws DeviceException {
    ForwardingPipelineConfig config = fetch(ResponseType.P4INFO_AND_COOKIE);
    if (!config.hasP4Info()) {
      config = fetch(ResponseType.ALL);
    }
    if (config.getP4Info().getTablesCount() == 0) {
      throw noPipeline();
    }
    try {
      return new Pipeline(config.getP4Info(), config.getCookie().getCookie());
    } catch (PipelineException e) {
      throw new DeviceException(Kind.NO_PIPELINE, e.getMessage());
    }
  }

  long fetchCookie() throws DeviceException {
    return fetch(ResponseType.COOKIE_ONLY).getCookie().getCookie();
  }

  private ForwardingPipelineConfig fetch(ResponseType type) throws DeviceException {
    try {
      return stub()
          .getForwardingPipelineConfig(
              GetForwardingPipelineConfigRequest.newBuilder()
                  .setDeviceId(settings.deviceId())
                  .setResponseType(type)
                  .build())
          .getConfig();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        throw noPipeline();
      }
      throw failure("the question for its pipeline", e);
    }
  }

  private DeviceException noPipeline() {
    return new DeviceException(
        Kind.NO_PIPELINE,
        "infrap4d at "
            + settings.p4runtime()
            + " has no pipeline yet; set the forwarding pipeline config of"
            + " fxp-net_linux-networking (OVS or p4rt-ctl does), Keyway does not push programs");
  }

  List<RowResult> write(Pipeline pipeline, List<RowOp> ops) {
    List<RowResult> results = new ArrayList<>(ops.size());
    for (int from = 0; from < ops.size(); from += BATCH) {
      results.addAll(chunk(pipeline, ops.subList(from, Math.min(ops.size(), from + BATCH))));
    }
    return results;
  }

  private List<RowResult> chunk(Pipeline pipeline, List<RowOp> ops) {
    if (!mayWrite.getAsBoolean()) {
      return Collections.nCopies(
          ops.size(),
          new RowResult(
              RowResult.Kind.UNAVAILABLE,
              "contact with infrap4d, or the lead of its role, was lost before"));
    }
    WriteRequest.Builder request =
        WriteRequest.newBuilder()
            .setDeviceId(settings.deviceId())
            .setElectionId(electionId)
            .setRole(settings.role());
    for (RowOp op : ops) {
      request.addUpdates(Update.newBuilder().setType(type(op)).setEntity(entity(pipeline, op)));
    }
    try {
      stub().write(request.build());
      return Collections.nCopies(ops.size(), RowResult.DONE);
    } catch (StatusRuntimeException e) {
      return WriteErrors.results(e, ops);
    }
  }

  private static Update.Type type(RowOp op) {
    return switch (op.type()) {
      case INSERT -> Update.Type.INSERT;
      case MODIFY -> Update.Type.MODIFY;
      case DELETE -> Update.Type.DELETE;
    };
  }

  private static Entity entity(Pipeline pipeline, RowOp op) {
    return op.action()
        .map(action -> pipeline.entity(op.key(), action))
        .orElseGet(() -> Entity.newBuilder().setTableEntry(pipeline.entry(op.key())).build());
  }

  Map<RowKey, DeviceRow> read(Pipeline pipeline, Set<IpsecTable> tables) throws DeviceException {
    ReadRequest.Builder request = readRequest();
    tables.forEach(
        t -> request.addEntities(Entity.newBuilder().setTableEntry(pipeline.wildcard(t))));
    return rows(pipeline, request);
  }

  private Map<RowKey, DeviceRow> rows(Pipeline pipeline, ReadRequest.Builder request)
      throws DeviceException {
    Map<RowKey, DeviceRow> rows = new HashMap<>();
    for (Entity entity : entities("a read of its tables", request)) {
      pipeline.row(entity.getTableEntry()).ifPresent(row -> rows.put(row.key(), row));
    }
    return rows;
  }

  /**
   * One row; a device that answers with its whole table, or an error, for an absent row is fine.
   */
  Optional<DeviceRow> read(Pipeline pipeline, RowKey key) throws DeviceException {
    ReadRequest.Builder request =
        readRequest().addEntities(Entity.newBuilder().setTableEntry(pipeline.entry(key)));
    try {
      return Optional.ofNullable(rows(pipeline, request).get(key));
    } catch (DeviceException e) {
      return Optional.ofNullable(read(pipeline, Set.of(key.table())).get(key));
    }
  }

  Map<RowKey, Usage> counters(Pipeline pipeline, Set<IpsecTable> tables) throws DeviceException {
    ReadRequest.Builder request = readRequest();
    tables.stream()
        .filter(pipeline::counted)
        .forEach(
            t ->
                request.addEntities(
                    Entity.newBuilder()
                        .setDirectCounterEntry(
                            DirectCounterEntry.newBuilder().setTableEntry(pipeline.wildcard(t)))));
    if (request.getEntitiesCount() == 0) {
      return Map.of();
    }
    Map<RowKey, Usage> counters = new HashMap<>();
    for (Entity entity : entities("a read of its counters", request)) {
      DirectCounterEntry entry = entity.getDirectCounterEntry();
      CounterData data = entry.getData();
      pipeline
          .key(entry.getTableEntry())
          .ifPresent(
              key -> counters.put(key, Usage.of(data.getPacketCount(), data.getByteCount())));
    }
    return counters;
  }

  private ReadRequest.Builder readRequest() {
    return ReadRequest.newBuilder().setDeviceId(settings.deviceId()).setRole(settings.role());
  }

  private List<Entity> entities(String what, ReadRequest.Builder request) throws DeviceException {
    List<Entity> entities = new ArrayList<>();
    try {
      Iterator<ReadResponse> responses = stub().read(request.build());
      while (responses.hasNext()) {
        entities.addAll(responses.next().getEntitiesList());
      }
      return entities;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        throw noPipeline();
      }
      throw failure(what, e);
    }
  }

  private DeviceException failure(String what, StatusRuntimeException e) {
    Kind kind =
        switch (e.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN -> Kind.UNREACHABLE;
          default -> Kind.REFUSED;
        };
    return new DeviceException(
        kind, Infrap4dErrors.describe(what, settings.p4runtime(), settings.timing().rpc(), e));
  }
}
