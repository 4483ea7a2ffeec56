package io.keyway.emulator.infrap4d.server;

import io.grpc.Status;

/**
 * One fault on order.
 *
 * @param count operations that it hits; 0 for all
 * @param skip matching operations that pass before the first hit
 * @param code of FAIL; null for what the device itself would use
 * @param table TABLE_WRITE only: full name or alias; empty for all
 */
public record Fault(
    Operation operation,
    Effect effect,
    int count,
    int skip,
    int delayMillis,
    Status.Code code,
    String message,
    String table,
    Sa sa) {

  /** What it hits. */
  public enum Operation {
    SAD_INSERT,
    SAD_DELETE,
    SPI_READ,
    TABLE_WRITE,
    TABLE_READ,
    PIPELINE_READ,
    STREAM_OPEN,
    SUBSCRIBE
  }

  /** What it does. */
  public enum Effect {
    /** Refused, nothing done. */
    FAIL,
    /** Done later. */
    DELAY,
    /** Done, never answered. */
    LOSE_ANSWER,
    /** Done, then the call breaks. */
    BREAK_AFTER,
    /** Neither done nor answered. */
    LOSE_REQUEST,
    /** SPI_READ: OK with value 0. */
    ZERO
  }

  /** Which SAs it hits. */
  public enum Sa {
    BOTH,
    INBOUND,
    OUTBOUND
  }

  /** A fault of one effect that hits the next {@code count} operations. */
  public static Fault of(Operation operation, Effect effect, int count) {
    return new Fault(operation, effect, count, 0, 0, null, "", "", Sa.BOTH);
  }

  /** A copy that waits. */
  public Fault delayed(int millis) {
    return new Fault(operation, effect, count, skip, millis, code, message, table, sa);
  }

  /** A copy that hits one direction only. */
  public Fault only(Sa direction) {
    return new Fault(operation, effect, count, skip, delayMillis, code, message, table, direction);
  }

  /** A copy with its own code and message. */
  public Fault with(Status.Code newCode, String text) {
    return new Fault(operation, effect, count, skip, delayMillis, newCode, text, table, sa);
  }

  /** A copy for one table. */
  public Fault on(String tableName) {
    return new Fault(operation, effect, count, skip, delayMillis, code, message, tableName, sa);
  }

  /** True for effects that concern the call and not the single operation in it. */
  boolean ofTheCall() {
    return effect != Effect.FAIL && effect != Effect.ZERO;
  }

  Status status(Status.Code otherwise) {
    return Status.fromCode(code == null ? otherwise : code)
        .withDescription(message.isEmpty() ? "fault on order: " + operation : message);
  }
}
