package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mirror against what was read back.
 *
 * @param missing rows of ours that are not there
 * @param changed rows of ours that do something else
 * @param unknown rows that nobody here wrote
 * @param returned suspects that are there, whatever they do
 * @param gone suspects that are not there
 */
record Comparison(
    List<RowKey> missing,
    List<DeviceRow> changed,
    List<DeviceRow> unknown,
    List<DeviceRow> returned,
    List<RowKey> gone) {

  static Comparison of(Mirror mirror, Map<RowKey, DeviceRow> device) {
    Comparison result =
        new Comparison(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    for (Map.Entry<RowKey, RowAction> row : mirror.rows().entrySet()) {
      if (mirror.isSuspect(row.getKey())) {
        continue;
      }
      DeviceRow there = device.get(row.getKey());
      if (there == null) {
        result.missing.add(row.getKey());
      } else if (!there.action().equals(Optional.of(row.getValue()))) {
        result.changed.add(there);
      }
    }
    for (DeviceRow row : device.values()) {
      if (mirror.isSuspect(row.key())) {
        result.returned.add(row);
      } else if (mirror.row(row.key()).isEmpty()) {
        result.unknown.add(row);
      }
    }
    mirror.suspects().stream().filter(k -> !device.containsKey(k)).forEach(result.gone::add);
    return result;
  }

  /** Rows of ours that are not as they were written. */
  boolean lost() {
    return !missing.isEmpty() || !changed.isEmpty();
  }

  long drift() {
    return (long) missing.size() + changed.size() + unknown.size();
  }

  Map<RowKey, Optional<RowAction>> strangers() {
    Map<RowKey, Optional<RowAction>> result = new HashMap<>();
    unknown.forEach(row -> result.put(row.key(), row.action()));
    return result;
  }

  /** For people. */
  String describe() {
    List<String> parts = new ArrayList<>();
    if (!missing.isEmpty()) {
      parts.add(missing.size() + " rows are missing, such as " + missing.get(0));
    }
    if (!changed.isEmpty()) {
      parts.add(changed.size() + " rows were changed, such as " + changed.get(0).key());
    }
    return String.join(", ", parts);
  }
}
