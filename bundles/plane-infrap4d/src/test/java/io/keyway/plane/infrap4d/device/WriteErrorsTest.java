package io.keyway.plane.infrap4d.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.keyway.plane.infrap4d.device.RowResult.Kind;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.protocol.p4runtime.Error;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteErrorsTest {

  private static final RowOp INSERT = RowOp.insert(RowKey.encapMod(1), encap());
  private static final RowOp MODIFY = RowOp.modify(RowKey.encapMod(2), encap());
  private static final RowOp DELETE = RowOp.delete(RowKey.encapMod(3));

  private static RowAction encap() {
    try {
      var any = (java.net.Inet4Address) java.net.InetAddress.getByName("192.0.2.1");
      return RowAction.encap(any, any);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Kind> kinds(List<RowOp> ops, Error... errors) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(Code.UNKNOWN_VALUE)
            .setMessage("One or more write operations failed.");
    for (Error error : errors) {
      status.addDetails(Any.pack(error));
    }
    return WriteErrors.results(StatusProto.toStatusRuntimeException(status.build()), ops).stream()
        .map(RowResult::kind)
        .toList();
  }

  private static Error error(Code code, int own) {
    return Error.newBuilder().setCanonicalCode(code.getNumber()).setCode(own).build();
  }

  @Test
  void eachUpdateHasItsOwnAnswerUnderOneTopCode() {
    assertThat(
            kinds(
                List.of(INSERT, MODIFY, DELETE),
                error(Code.ALREADY_EXISTS, 0),
                error(Code.OK, 0),
                error(Code.NOT_FOUND, 0)))
        .containsExactly(Kind.EXISTS, Kind.DONE, Kind.MISSING);
    assertThat(
            kinds(
                List.of(INSERT, MODIFY),
                error(Code.RESOURCE_EXHAUSTED, 0),
                error(Code.RESOURCE_EXHAUSTED, 0)))
        .containsExactly(Kind.FULL, Kind.UNAVAILABLE);
    assertThat(
            kinds(
                List.of(INSERT, INSERT), error(Code.INTERNAL, 0), error(Code.INVALID_ARGUMENT, 0)))
        .containsExactly(Kind.UNAVAILABLE, Kind.REFUSED);
  }

  @Test
  void theDevicesOwnCodesSayMoreThanInternal() {
    assertThat(
            kinds(
                List.of(INSERT, INSERT, DELETE),
                error(Code.INTERNAL, 500),
                error(Code.INTERNAL, 505),
                error(Code.INTERNAL, 504)))
        .containsExactly(Kind.FULL, Kind.EXISTS, Kind.MISSING);
  }

  @Test
  void withoutFittingDetailsNothingIsKnownOrNothingWasDone() {
    assertThat(kinds(List.of(INSERT, MODIFY), error(Code.OK, 0)))
        .containsExactly(Kind.UNKNOWN, Kind.UNKNOWN);
    assertThat(plain(Status.DEADLINE_EXCEEDED)).isEqualTo(Kind.UNKNOWN);
    assertThat(plain(Status.UNAVAILABLE)).isEqualTo(Kind.UNKNOWN);
    assertThat(plain(Status.RESOURCE_EXHAUSTED)).isEqualTo(Kind.UNKNOWN);
    assertThat(plain(Status.FAILED_PRECONDITION)).isEqualTo(Kind.UNAVAILABLE);
    assertThat(plain(Status.PERMISSION_DENIED)).isEqualTo(Kind.UNAVAILABLE);
    assertThat(plain(Status.INVALID_ARGUMENT)).isEqualTo(Kind.REFUSED);
  }

  private static Kind plain(Status status) {
    return WriteErrors.results(status.asRuntimeException(), List.of(INSERT)).get(0).kind();
  }
}
