package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows that tasks will write in later waves, noted together with what they write in the first: one
 * wait for the disk serves all waves of a task. A row that is noted and then not written is in
 * doubt for who comes after a crash, and is what the device says it is.
 */
final class NotedAhead {

  private final Mirror mirror;
  private final RowWriter rows;

  /** What of each task is on the disk and not written yet; whether a row is to be there. */
  private final Map<Task, Map<RowKey, Boolean>> noted = new HashMap<>();

  NotedAhead(Mirror mirror, RowWriter rows) {
    this.mirror = mirror;
    this.rows = rows;
  }

  /** Notes what a task will want; it counts when the disk has it, see {@link #drop}. */
  void note(Task task) {
    Map<RowKey, Optional<RowAction>> later = task.later();
    Map<RowKey, Boolean> keys = noted.computeIfAbsent(task, t -> new HashMap<>());
    for (RowKey key : rows.changing(later)) {
      mirror.intend(key, later.get(key));
      keys.put(key, later.get(key).isPresent());
    }
  }

  /** Whether everything that a task is about to change was noted for that very task. */
  boolean covers(Task task, Map<RowKey, Optional<RowAction>> wanted) {
    Map<RowKey, Boolean> keys = noted.getOrDefault(task, Map.of());
    return rows.changing(wanted).stream()
        .allMatch(key -> Boolean.valueOf(wanted.get(key).isPresent()).equals(keys.get(key)));
  }

  /** Rows were written, and noted as they are: what was noted of them before is void. */
  void written(Collection<RowKey> keys) {
    noted.values().forEach(of -> of.keySet().removeAll(keys));
  }

  /** Tasks that write no more, or whose notes may not be on the disk: rows are as they are. */
  void drop(Collection<Task> tasks) {
    Set<RowKey> left = new HashSet<>();
    for (Task task : tasks) {
      Map<RowKey, Boolean> keys = noted.remove(task);
      if (keys != null) {
        left.addAll(keys.keySet());
      }
    }
    left.forEach(mirror::note);
    // Should another task count on one of them, its note has just been replaced.
    written(left);
  }

  void dropAll() {
    drop(List.copyOf(noted.keySet()));
  }

  /** Everything was noted anew, as it is. */
  void forget() {
    noted.clear();
  }
}
