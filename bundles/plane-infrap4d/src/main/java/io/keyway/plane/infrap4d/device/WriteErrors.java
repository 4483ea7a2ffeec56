package io.keyway.plane.infrap4d.device;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.keyway.plane.infrap4d.device.RowResult.Kind;
import io.keyway.protocol.p4runtime.Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the outcome of each update of a failed Write from the details trailer. The top code alone
 * says nothing: it is UNKNOWN for a duplicate as for a broken device.
 */
final class WriteErrors {

  /** Private codes of Stratum, in {@code Error.code}. */
  private static final int TABLE_FULL = 500;

  private static final int ENTRY_NOT_FOUND = 504;
  private static final int ENTRY_EXISTS = 505;
  private static final int NO_RESOURCE = 513;

  private WriteErrors() {}

  static List<RowResult> results(StatusRuntimeException error, List<RowOp> ops) {
    Optional<List<RowResult>> detailed = details(error, ops);
    return detailed.orElseGet(() -> ops.stream().map(op -> whole(error, op)).toList());
  }

  private static Optional<List<RowResult>> details(StatusRuntimeException error, List<RowOp> ops) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null || status.getDetailsCount() != ops.size()) {
      return Optional.empty();
    }
    List<RowResult> results = new ArrayList<>(ops.size());
    for (int i = 0; i < ops.size(); i++) {
      Any any = status.getDetails(i);
      if (!any.is(Error.class)) {
        return Optional.empty();
      }
      try {
        results.add(one(any.unpack(Error.class), ops.get(i)));
      } catch (InvalidProtocolBufferException e) {
        return Optional.empty();
      }
    }
    return Optional.of(results);
  }

  static RowResult one(Error error, RowOp op) {
    boolean insert = op.type() == RowOp.Type.INSERT;
    Code code = Code.forNumber(error.getCanonicalCode());
    if (code == Code.OK) {
      return RowResult.DONE;
    }
    Kind kind =
        switch (error.getCode()) {
          case TABLE_FULL, NO_RESOURCE -> insert ? Kind.FULL : Kind.UNAVAILABLE;
          case ENTRY_NOT_FOUND -> insert ? Kind.REFUSED : Kind.MISSING;
          case ENTRY_EXISTS -> insert ? Kind.EXISTS : Kind.REFUSED;
          default -> canonical(code, insert);
        };
    return new RowResult(
        kind,
        what(op)
            + ": "
            + (code == null ? "code " + error.getCanonicalCode() : code.name())
            + (error.getMessage().isEmpty() ? "" : ", " + Infrap4dErrors.text(error.getMessage()))
            + hint(code));
  }

  private static String what(RowOp op) {
    return op.type().name().toLowerCase(java.util.Locale.ROOT) + " of " + op.key();
  }

  /** What to look at; where the code says it all, nothing. */
  private static String hint(Code code) {
    if (code == null) {
      return "";
    }
    return switch (code) {
      case INTERNAL -> "; the device failed to do it, its log may say why";
      case PERMISSION_DENIED ->
          "; our role may not write this table: compare role and claim-tables with the role"
              + " configuration of the device";
      case INVALID_ARGUMENT, UNIMPLEMENTED, OUT_OF_RANGE ->
          "; the program of the device takes another form of row than it describes";
      default -> "";
    };
  }

  private static Kind canonical(Code code, boolean insert) {
    if (code == null) {
      return Kind.UNKNOWN;
    }
    return switch (code) {
      case ALREADY_EXISTS -> insert ? Kind.EXISTS : Kind.REFUSED;
      case NOT_FOUND -> insert ? Kind.REFUSED : Kind.MISSING;
      case RESOURCE_EXHAUSTED -> insert ? Kind.FULL : Kind.UNAVAILABLE;
      case INTERNAL, UNAVAILABLE, ABORTED, FAILED_PRECONDITION -> Kind.UNAVAILABLE;
      case INVALID_ARGUMENT, UNIMPLEMENTED, PERMISSION_DENIED, OUT_OF_RANGE -> Kind.REFUSED;
      default -> Kind.UNKNOWN;
    };
  }

  /** No details: what the checks before the first update answer, or a lost answer. */
  private static RowResult whole(StatusRuntimeException error, RowOp op) {
    Status status = error.getStatus();
    String reason =
        what(op)
            + ": the Write was answered with "
            + status.getCode()
            + ", "
            + Infrap4dErrors.text(status.getDescription());
    Kind kind =
        switch (status.getCode()) {
          case FAILED_PRECONDITION, PERMISSION_DENIED, NOT_FOUND, UNAUTHENTICATED ->
              Kind.UNAVAILABLE;
          case INVALID_ARGUMENT, UNIMPLEMENTED -> Kind.REFUSED;
          default -> Kind.UNKNOWN;
        };
    return new RowResult(kind, reason);
  }
}
