package io.keyway.plane.infrap4d.device;

import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.Objects;
import java.util.Optional;

/**
 * One change of one row.
 *
 * @param action empty for a delete, and only then
 */
public record RowOp(Type type, RowKey key, Optional<RowAction> action) {

  /** The kinds of change. */
  public enum Type {
    INSERT,
    MODIFY,
    DELETE
  }

  public RowOp {
    Objects.requireNonNull(key, "key");
    if (action.isPresent() != (type != Type.DELETE)
        || action.isPresent() && action.get().action().table() != key.table()) {
      throw new IllegalArgumentException(type + " of " + key + " with " + action);
    }
  }

  public static RowOp insert(RowKey key, RowAction action) {
    return new RowOp(Type.INSERT, key, Optional.of(action));
  }

  public static RowOp modify(RowKey key, RowAction action) {
    return new RowOp(Type.MODIFY, key, Optional.of(action));
  }

  public static RowOp delete(RowKey key) {
    return new RowOp(Type.DELETE, key, Optional.empty());
  }
}
