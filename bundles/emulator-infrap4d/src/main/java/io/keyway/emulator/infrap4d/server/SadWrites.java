package io.keyway.emulator.infrap4d.server;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.pipeline.InsertResult;
import io.keyway.emulator.infrap4d.pipeline.SaConfig;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import io.keyway.protocol.gnmi.SetRequest;
import io.keyway.protocol.gnmi.SetResponse;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.UpdateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Set: deletes, then replaces, then updates; stops at the first that fails, and what was done
 * before stays done. One Set at a time.
 */
final class SadWrites {

  /** What a path is to undergo. */
  enum Kind {
    DELETE,
    REPLACE,
    UPDATE
  }

  /** One path of a Set with the fault that hits it. */
  record Operation(Kind kind, Path path, TypedValue value, Optional<Fault> fault) {}

  /** A Set with the faults that hit it. */
  record Plan(SetRequest request, List<Operation> operations, Optional<Fault> ofTheCall) {}

  private final Device device;
  private final Faults faults;
  private final GnmiValues values;
  private final SadText text;
  private final Runnable crash;
  // The real server has one writer lock for the whole configuration service.
  private final Object writer = new Object();

  SadWrites(Device device, Faults faults, GnmiValues values, Runnable crash) {
    this.device = device;
    this.faults = faults;
    this.values = values;
    this.text = new SadText(device.quirks());
    this.crash = crash;
  }

  Plan plan(SetRequest request) {
    List<Operation> operations = new ArrayList<>();
    request.getDeleteList().forEach(p -> operations.add(operation(Kind.DELETE, p, null)));
    request
        .getReplaceList()
        .forEach(u -> operations.add(operation(Kind.REPLACE, u.getPath(), u.getVal())));
    request
        .getUpdateList()
        .forEach(u -> operations.add(operation(Kind.UPDATE, u.getPath(), u.getVal())));
    Optional<Fault> ofTheCall =
        operations.stream()
            .map(Operation::fault)
            .flatMap(Optional::stream)
            .filter(Fault::ofTheCall)
            .findFirst();
    return new Plan(request, operations, ofTheCall);
  }

  private Operation operation(Kind kind, Path path, TypedValue value) {
    Optional<Fault> fault =
        kind == Kind.DELETE
            ? faults.next(Fault.Operation.SAD_DELETE, f -> concerns(f, direction(path)))
            : faults.next(Fault.Operation.SAD_INSERT, f -> concerns(f, direction(value)));
    return new Operation(kind, path, value, fault);
  }

  private boolean concerns(Fault fault, Optional<Boolean> direction) {
    if (fault.sa() == Fault.Sa.BOTH) {
      return true;
    }
    boolean inbound = fault.sa() == Fault.Sa.INBOUND;
    boolean inboundIsTrue = device.quirks().has(Quirk.INBOUND_IS_TRUE);
    return direction.isPresent() && (direction.get() == inboundIsTrue) == inbound;
  }

  private static Optional<Boolean> direction(Path path) {
    return path.getElemList().stream()
        .map(e -> e.getKeyOrDefault("direction", ""))
        .filter(d -> !d.isEmpty())
        .map(d -> d.equals("1"))
        .findFirst();
  }

  private Optional<Boolean> direction(TypedValue value) {
    try {
      SaConfig config = text.parse(value.getProtoBytes());
      config.key().close();
      return Optional.of(config.direction());
    } catch (StatusRuntimeException e) {
      return Optional.empty();
    }
  }

  SetResponse set(Plan plan) {
    synchronized (writer) {
      SetResponse.Builder response = SetResponse.newBuilder();
      if (plan.request().hasPrefix()) {
        response.setPrefix(plan.request().getPrefix());
      }
      for (Operation operation : plan.operations()) {
        surviving(operation.path());
        response.addResponse(
            operation.kind() == Kind.DELETE ? delete(operation) : insert(operation));
      }
      return response.setTimestamp(values.nanos()).build();
    }
  }

  private void surviving(Path path) {
    if (GnmiTree.tooShortForSet(path)) {
      die("Set path with fewer than four elements: " + GnmiTree.text(path));
    }
    GnmiTree.Target target =
        GnmiTree.resolve(path)
            .orElseThrow(() -> invalid("unsupported path: " + GnmiTree.text(path)));
    if (!target.leaf() || target.nodes().get(0) != GnmiTree.Node.SAD_CONFIG) {
      throw invalid("unsupported mode for path: " + GnmiTree.text(path));
    }
  }

  private UpdateResult insert(Operation operation) {
    if (operation.value().getValueCase() != TypedValue.ValueCase.PROTO_BYTES) {
      throw invalid("not a TypedValue.proto_bytes: " + operation.value().getValueCase());
    }
    ByteString octets = operation.value().getProtoBytes();
    SaConfig config = text.parse(octets);
    failOnOrder(operation, config.offloadId(), config.direction(), "ADD");
    InsertResult result = device.insertSa(config);
    if (result != InsertResult.DONE) {
      throw failed(config.offloadId(), config.direction(), "ADD");
    }
    return UpdateResult.newBuilder()
        .setPath(keyed(operation.path(), config.offloadId(), config.direction()))
        .setOp(
            operation.kind() == Kind.REPLACE
                ? UpdateResult.Operation.REPLACE
                : UpdateResult.Operation.UPDATE)
        .build();
  }

  private UpdateResult delete(Operation operation) {
    PathElem entry = operation.path().getElem(2);
    String id = entry.getKeyOrDefault("offload-id", null);
    String direction = entry.getKeyOrDefault("direction", null);
    String name = entry.getKeyOrDefault("name", null);
    if (id != null && direction != null) {
      OptionalInt number = number(id);
      if (number.isEmpty()) {
        die("delete with offload-id '" + id + "'");
      }
      // The text is compared with "1": "true" is false here.
      deleteOne(operation, number.getAsInt(), direction.equals("1"));
    } else if (name != null) {
      OptionalInt number = number(name);
      if (number.isEmpty()) {
        die("delete with name '" + name + "'");
      }
      deleteOne(operation, number.getAsInt(), true);
      deleteOne(operation, number.getAsInt(), false);
    } else {
      die("delete without a key that is recognised");
    }
    return UpdateResult.newBuilder()
        .setPath(operation.path())
        .setOp(UpdateResult.Operation.DELETE)
        .build();
  }

  private void deleteOne(Operation operation, int id, boolean direction) {
    failOnOrder(operation, id, direction, "DEL");
    if (!device.deleteSa(id, direction)) {
      throw failed(id, direction, "DEL");
    }
  }

  private static void failOnOrder(Operation operation, int id, boolean direction, String op) {
    operation
        .fault()
        .filter(f -> f.effect() == Fault.Effect.FAIL)
        .ifPresent(
            f -> {
              if (f.code() == null && f.message().isEmpty()) {
                throw failed(id, direction, op);
              }
              throw f.status(Status.Code.UNKNOWN).asRuntimeException();
            });
  }

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** The real process ends here. */
  private void die(String why) {
    if (device.quirks().has(Quirk.CRASH_ON_SHORT_PATH)) {
      crash.run();
      throw Status.UNAVAILABLE.withDescription("Socket closed").asRuntimeException();
    }
    throw invalid(why);
  }

  private static Path keyed(Path path, int id, boolean direction) {
    Path.Builder keyed = path.toBuilder();
    keyed
        .getElemBuilder(2)
        .clearKey()
        .putKey("offload-id", Integer.toUnsignedString(id))
        .putKey("direction", direction ? "1" : "0");
    return keyed.build();
  }

  private static StatusRuntimeException invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }

  /** Whatever the device had against it, this is all that the client learns. */
  private static StatusRuntimeException failed(int id, boolean direction, String op) {
    return Status.UNKNOWN
        .withDescription(
            "One or more write operations failed. IPsecSADBConfig offload-id: "
                + Integer.toUnsignedString(id)
                + ", direction: "
                + (direction ? 1 : 0)
                + ", op: "
                + op)
        .asRuntimeException();
  }
}
