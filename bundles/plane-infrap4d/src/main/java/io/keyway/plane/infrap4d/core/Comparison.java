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
 * @param standing rows of ours that are there, whatever they do
 */
record Comparison(
    List<RowKey> missing,
    List<DeviceRow> changed,
    List<DeviceRow> unknown,
    List<DeviceRow> returned,
    List<RowKey> gone,
    int standing) {

  static Comparison of(Mirror mirror, Map<RowKey, DeviceRow> device) {
    List<RowKey> missing = new ArrayList<>();
    List<DeviceRow> changed = new ArrayList<>();
    int standing = 0;
    for (Map.Entry<RowKey, RowAction> row : mirror.rows().entrySet()) {
      DeviceRow there = device.get(row.getKey());
      boolean suspect = mirror.isSuspect(row.getKey());
      if (there != null) {
        standing++;
        if (!suspect && !there.action().equals(Optional.of(row.getValue()))) {
          changed.add(there);
        }
      } else if (!suspect || !mirror.mayBeGone(row.getKey())) {
        // A row that we only ever changed does not go by that.
        missing.add(row.getKey());
      }
    }
    List<DeviceRow> unknown = new ArrayList<>();
    List<DeviceRow> returned = new ArrayList<>();
    for (DeviceRow row : device.values()) {
      if (mirror.isSuspect(row.key())) {
        returned.add(row);
        if (mirror.row(row.key()).isEmpty()) {
          standing++;
        }
      } else if (mirror.row(row.key()).isEmpty()) {
        unknown.add(row);
      }
    }
    List<RowKey> gone = mirror.suspects().stream().filter(k -> !device.containsKey(k)).toList();
    return new Comparison(missing, changed, unknown, returned, gone, standing);
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
