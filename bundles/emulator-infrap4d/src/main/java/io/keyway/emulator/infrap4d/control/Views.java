package io.keyway.emulator.infrap4d.control;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.emulator.infrap4d.program.Program;
import io.keyway.emulator.infrap4d.program.Row;
import io.keyway.emulator.infrap4d.program.Values;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.FieldInfo;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SaInfo;
import io.keyway.emulator.v1.SetFaultRequest;

/** Between the device's values and the messages of the control interface. */
final class Views {
  private Views() {}

  static DeliveredPacket delivered(Delivered packet) {
    return DeliveredPacket.newBuilder()
        .setKind(
            switch (packet.kind()) {
              case DECRYPTED -> DeliveredPacket.Kind.DECRYPTED;
              case CLEAR -> DeliveredPacket.Kind.CLEAR;
              case UNKNOWN_ESP -> DeliveredPacket.Kind.UNKNOWN_ESP;
            })
        .setPacket(ByteString.copyFrom(packet.packet()))
        .setSpi(packet.spi())
        .build();
  }

  static SaInfo sa(SaView sa) {
    return SaInfo.newBuilder()
        .setOffloadId(sa.offloadId())
        .setDirection(sa.direction())
        .setInbound(sa.inbound())
        .setSpi(sa.spi())
        .setSuite(sa.suite())
        .setExtSeqNum(sa.extSeqNum())
        .setReplayWindow(sa.replayWindow())
        .setReqId(sa.reqId())
        .setMode(sa.mode())
        .setPackets(sa.packets())
        .setBytes(sa.bytes())
        .setSoftBytes(sa.softBytes())
        .setHardBytes(sa.hardBytes())
        .setSequence(sa.sequence())
        .setHardExpired(sa.hardExpired())
        .build();
  }

  static RowInfo row(Program.TableInfo table, Row row) {
    RowInfo.Builder info =
        RowInfo.newBuilder().setTable(table.name()).setAction(row.action().name());
    for (int i = 0; i < table.fields().size(); i++) {
      info.addMatch(field(table.fields().get(i), row.key().values().get(i)));
    }
    for (int i = 0; i < row.params().size(); i++) {
      info.addParams(field(row.action().params().get(i), row.params().get(i)));
    }
    if (table.counterId() != 0) {
      info.setPackets(row.packets()).setBytes(row.bytes());
    }
    return info.build();
  }

  /** SPIs are 32 bits wide too, and read better as a number. */
  private static FieldInfo field(Program.Field field, ByteString value) {
    boolean address = field.bits() == 32 && !field.name().endsWith("spi");
    long number = Values.number(value);
    String text =
        address
            ? (number >>> 24)
                + "."
                + (number >>> 16 & 255)
                + "."
                + (number >>> 8 & 255)
                + "."
                + (number & 255)
            : field.name().endsWith("spi") ? "0x%08x".formatted(number) : Long.toString(number);
    return FieldInfo.newBuilder().setName(field.name()).setValue(text).build();
  }

  static Fault fault(SetFaultRequest request) {
    Fault.Operation operation =
        switch (request.getOperation()) {
          case SAD_INSERT -> Fault.Operation.SAD_INSERT;
          case SAD_DELETE -> Fault.Operation.SAD_DELETE;
          case SPI_READ -> Fault.Operation.SPI_READ;
          case TABLE_WRITE -> Fault.Operation.TABLE_WRITE;
          case TABLE_READ -> Fault.Operation.TABLE_READ;
          case PIPELINE_READ -> Fault.Operation.PIPELINE_READ;
          case STREAM_OPEN -> Fault.Operation.STREAM_OPEN;
          case SUBSCRIBE -> Fault.Operation.SUBSCRIBE;
          case OPERATION_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("a fault needs an operation");
        };
    Fault.Effect effect =
        switch (request.getEffect()) {
          case FAIL -> Fault.Effect.FAIL;
          case DELAY -> Fault.Effect.DELAY;
          case LOSE_ANSWER -> Fault.Effect.LOSE_ANSWER;
          case BREAK_AFTER -> Fault.Effect.BREAK_AFTER;
          case LOSE_REQUEST -> Fault.Effect.LOSE_REQUEST;
          case ZERO -> Fault.Effect.ZERO;
          case EFFECT_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("a fault needs an effect");
        };
    if (effect == Fault.Effect.ZERO && operation != Fault.Operation.SPI_READ) {
      throw new IllegalArgumentException("ZERO is an effect on SPI_READ only");
    }
    boolean stream =
        operation == Fault.Operation.STREAM_OPEN || operation == Fault.Operation.SUBSCRIBE;
    if (stream && effect != Fault.Effect.FAIL) {
      throw new IllegalArgumentException("streams can only FAIL");
    }
    if (request.getCode() < 0 || request.getCode() > 16) {
      throw new IllegalArgumentException("gRPC codes are 0 to 16, not " + request.getCode());
    }
    return new Fault(
        operation,
        effect,
        request.getCount(),
        request.getSkip(),
        request.getDelayMs(),
        request.getCode() == 0 ? null : Status.fromCodeValue(request.getCode()).getCode(),
        request.getMessage(),
        request.getTable(),
        switch (request.getSaDirection()) {
          case INBOUND -> Fault.Sa.INBOUND;
          case OUTBOUND -> Fault.Sa.OUTBOUND;
          default -> Fault.Sa.BOTH;
        });
  }
}
