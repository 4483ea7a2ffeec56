package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs jobs side by side, in waves: of every change that is on its way the next step, all rows of
 * them in one Write. Within a job the order of changes is kept, except that neighbours of one kind
 * that have nothing in common go together.
 */
final class BatchRunner {

  private final TaskFactory factory;
  private final Mirror mirror;
  private final RowWriter rows;

  BatchRunner(TaskFactory factory, Mirror mirror, RowWriter rows) {
    this.factory = factory;
    this.mirror = mirror;
    this.rows = rows;
  }

  /** A job with its place in the list of changes, and the tasks of its present group. */
  private static final class Cursor {
    private final Job job;
    private final Map<Integer, Task> active = new LinkedHashMap<>();
    private int next;

    Cursor(Job job) {
      this.job = job;
    }
  }

  /** Jobs must have nothing in common ({@link Touch}). Sets every outcome; finishes no job. */
  void run(Device device, Generation generation, List<Job> jobs) {
    List<Cursor> cursors = jobs.stream().map(Cursor::new).toList();
    while (true) {
      Map<Task, Step> wave = new LinkedHashMap<>();
      boolean more = false;
      for (Cursor cursor : cursors) {
        if (cursor.active.isEmpty()) {
          openGroup(cursor, generation);
        }
        collect(cursor, wave);
        more |= !cursor.active.isEmpty() || cursor.next < cursor.job.changes().size();
      }
      if (!more) {
        return;
      }
      perform(device, wave);
    }
  }

  /** Runs tasks that nobody waits for. */
  void run(Device device, List<Task> tasks) {
    List<Task> left = new ArrayList<>(tasks);
    while (!left.isEmpty()) {
      Map<Task, Step> wave = new LinkedHashMap<>();
      for (Task task : List.copyOf(left)) {
        Step step = task.next();
        if (step instanceof Step.Done) {
          left.remove(task);
        } else {
          wave.put(task, step);
        }
      }
      perform(device, wave);
    }
  }

  private void openGroup(Cursor cursor, Generation generation) {
    List<PlaneChange> changes = cursor.job.changes();
    Touch touched = new Touch();
    Object kind = null;
    while (cursor.next < changes.size()) {
      PlaneChange change = changes.get(cursor.next);
      Touch touch = Touch.of(change, mirror);
      if (kind != null && (!kind.equals(kind(change)) || !touch.goesWith(touched))) {
        return;
      }
      kind = kind(change);
      touched.add(touch);
      int item = cursor.next++;
      Result<Task> task = factory.task(change, generation);
      if (task.value().isPresent()) {
        cursor.active.put(item, task.value().get());
      } else {
        cursor.job.set(item, task.outcome());
      }
    }
  }

  private static Object kind(PlaneChange change) {
    if (change instanceof PlaneChange.AddSa add) {
      return "add " + add.sa().id().direction();
    }
    if (change instanceof PlaneChange.RemoveSa remove) {
      return "remove " + remove.sa().direction();
    }
    if (change instanceof PlaneChange.PutPolicy put) {
      return put.action().getClass();
    }
    return change.getClass();
  }

  private static void collect(Cursor cursor, Map<Task, Step> wave) {
    for (Map.Entry<Integer, Task> entry : List.copyOf(cursor.active.entrySet())) {
      Step step = entry.getValue().next();
      if (step instanceof Step.Done done) {
        cursor.job.set(entry.getKey(), done.outcome());
        cursor.active.remove(entry.getKey());
      } else {
        wave.put(entry.getValue(), step);
      }
    }
  }

  private void perform(Device device, Map<Task, Step> wave) {
    List<Task> inserting = of(wave, Step.Insert.class);
    if (!inserting.isEmpty()) {
      List<Outcome> outcomes =
          device.insert(inserting.stream().map(t -> ((Step.Insert) wave.get(t)).sa()).toList());
      answer(inserting, outcomes);
    }
    List<Task> deleting = of(wave, Step.Delete.class);
    if (!deleting.isEmpty()) {
      List<Outcome> outcomes =
          device.delete(deleting.stream().map(t -> ((Step.Delete) wave.get(t)).sa()).toList());
      answer(deleting, outcomes);
    }
    writeRows(device, wave, of(wave, Step.Rows.class));
  }

  private static List<Task> of(Map<Task, Step> wave, Class<? extends Step> kind) {
    return wave.entrySet().stream()
        .filter(e -> kind.isInstance(e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void answer(List<Task> tasks, List<Outcome> outcomes) {
    for (int i = 0; i < tasks.size(); i++) {
      tasks.get(i).onSa(outcomes.get(i));
    }
  }

  /** A row that several tasks want the same way is written once and answered to all of them. */
  private void writeRows(Device device, Map<Task, Step> wave, List<Task> writing) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    for (Task task : writing) {
      ((Step.Rows) wave.get(task)).wanted().forEach(wanted::putIfAbsent);
    }
    if (wanted.isEmpty()) {
      return;
    }
    Map<RowKey, RowChange> changes = rows.bring(device, wanted);
    for (Task task : writing) {
      task.onRows(
          ((Step.Rows) wave.get(task))
              .wanted().keySet().stream()
                  .map(changes::get)
                  .filter(java.util.Objects::nonNull)
                  .toList());
    }
  }
}
