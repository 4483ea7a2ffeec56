package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.RowOp;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings rows into a state: chooses insert, modify or delete by the mirror, settles duplicates and
 * lost answers, and notes in the mirror what was confirmed.
 */
final class RowWriter {

  private final Mirror mirror;
  private final boolean claimed;
  private boolean doubt;

  /**
   * @param claimed the tables are our role's alone, so a row found in them may be replaced
   */
  RowWriter(Mirror mirror, boolean claimed) {
    this.mirror = mirror;
    this.claimed = claimed;
  }

  /** True once after an answer that does not fit the mirror: the tables should be read back. */
  boolean takeDoubt() {
    boolean result = doubt;
    doubt = false;
    return result;
  }

  /** Rows that are not right already, as far as is known. */
  Set<RowKey> changing(Map<RowKey, Optional<RowAction>> wanted) {
    Set<RowKey> changing = new LinkedHashSet<>();
    wanted.forEach((key, action) -> op(key, action).ifPresent(op -> changing.add(key)));
    return changing;
  }

  /** The answer of {@link #bring} when nothing may be written. */
  Map<RowKey, RowChange> unwritten(Map<RowKey, Optional<RowAction>> wanted, String reason) {
    RowResult result =
        new RowResult(
            RowResult.Kind.UNAVAILABLE,
            "nothing was written, since it could not be noted before: " + reason);
    Map<RowKey, RowChange> changes = new LinkedHashMap<>();
    changing(wanted)
        .forEach(
            key -> changes.put(key, new RowChange(key, mirror.row(key), wanted.get(key), result)));
    return changes;
  }

  /** Rows that are right already are left out of the answer. */
  Map<RowKey, RowChange> bring(Device device, Map<RowKey, Optional<RowAction>> wanted) {
    Map<RowKey, RowOp> ops = new LinkedHashMap<>();
    Map<RowKey, Optional<RowAction>> before = new HashMap<>();
    wanted.forEach(
        (key, action) -> {
          before.put(key, mirror.row(key));
          op(key, action).ifPresent(op -> ops.put(key, op));
        });
    Map<RowKey, RowResult> results = write(device, ops);
    settleDuplicates(device, ops, results);
    settleLost(device, wanted, results);
    Map<RowKey, RowChange> changes = new LinkedHashMap<>();
    results.forEach(
        (key, result) -> {
          if (result.done()) {
            mirror.set(key, wanted.get(key));
          }
          changes.put(key, new RowChange(key, before.get(key), wanted.get(key), result));
        });
    return changes;
  }

  private Optional<RowOp> op(RowKey key, Optional<RowAction> wanted) {
    Optional<RowAction> now = mirror.row(key);
    if (wanted.isEmpty()) {
      return now.isPresent() || mirror.isSuspect(key)
          ? Optional.of(RowOp.delete(key))
          : Optional.empty();
    }
    if (now.equals(wanted) && !mirror.isSuspect(key)) {
      return Optional.empty();
    }
    return Optional.of(
        now.isPresent() ? RowOp.modify(key, wanted.get()) : RowOp.insert(key, wanted.get()));
  }

  private Map<RowKey, RowResult> write(Device device, Map<RowKey, RowOp> ops) {
    Map<RowKey, RowResult> results = new LinkedHashMap<>();
    if (ops.isEmpty()) {
      return results;
    }
    List<RowOp> list = new ArrayList<>(ops.values());
    List<RowResult> answers = device.write(list);
    for (int i = 0; i < list.size(); i++) {
      results.put(list.get(i).key(), judged(list.get(i), answers.get(i)));
    }
    return results;
  }

  /** A row that should have been there and is not: gone is good for a delete, a doubt for us. */
  private RowResult judged(RowOp op, RowResult answer) {
    switch (answer.kind()) {
      case MISSING -> {
        doubt |= mirror.row(op.key()).isPresent();
        mirror.set(op.key(), Optional.empty());
        return op.type() == RowOp.Type.DELETE ? RowResult.DONE : answer;
      }
      case UNAVAILABLE, UNKNOWN -> {
        doubt = true;
        return answer;
      }
      default -> {
        return answer;
      }
    }
  }

  /** An insert of a row that is there: ours to replace, or somebody's. */
  private void settleDuplicates(
      Device device, Map<RowKey, RowOp> ops, Map<RowKey, RowResult> results) {
    Map<RowKey, RowOp> again = new LinkedHashMap<>();
    Set<IpsecTable> compare = EnumSet.noneOf(IpsecTable.class);
    results.forEach(
        (key, result) -> {
          if (result.kind() == RowResult.Kind.EXISTS) {
            if (claimed || mirror.isSuspect(key)) {
              again.put(key, RowOp.modify(key, ops.get(key).action().orElseThrow()));
            } else {
              compare.add(key.table());
            }
          }
        });
    results.putAll(write(device, again));
    if (!compare.isEmpty()) {
      Map<RowKey, DeviceRow> there = read(device, compare).orElse(Map.of());
      results.replaceAll(
          (key, result) ->
              result.kind() == RowResult.Kind.EXISTS
                      && there.containsKey(key)
                      && there.get(key).action().equals(ops.get(key).action())
                  ? RowResult.DONE
                  : result);
    }
  }

  /** After a lost answer only the device knows; asks it. */
  private void settleLost(
      Device device, Map<RowKey, Optional<RowAction>> wanted, Map<RowKey, RowResult> results) {
    Set<IpsecTable> tables = EnumSet.noneOf(IpsecTable.class);
    results.forEach(
        (key, result) -> {
          if (result.kind() == RowResult.Kind.UNKNOWN) {
            tables.add(key.table());
          }
        });
    if (tables.isEmpty()) {
      return;
    }
    Optional<Map<RowKey, DeviceRow>> read = read(device, tables);
    if (read.isEmpty()) {
      results.forEach(
          (key, result) -> {
            if (result.kind() == RowResult.Kind.UNKNOWN) {
              mirror.suspect(key, MirrorNotes.Doubt.writing(wanted.get(key)));
            }
          });
      return;
    }
    results.replaceAll(
        (key, result) -> {
          if (result.kind() != RowResult.Kind.UNKNOWN) {
            return result;
          }
          Optional<RowAction> now =
              Optional.ofNullable(read.get().get(key)).flatMap(DeviceRow::action);
          if (now.equals(wanted.get(key))) {
            return RowResult.DONE;
          }
          mirror.set(key, now);
          return new RowResult(RowResult.Kind.UNAVAILABLE, result.reason() + "; it was not done");
        });
  }

  private static Optional<Map<RowKey, DeviceRow>> read(Device device, Set<IpsecTable> tables) {
    try {
      return Optional.of(device.read(tables));
    } catch (DeviceException e) {
      return Optional.empty();
    }
  }
}
