package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.support.Job;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs jobs side by side, in waves: of every change that is on its way the next step, all rows of
 * them in one Write. Within a job the order of changes is kept, except that neighbours of one kind
 * that have nothing in common go together. What a wave is about to do is noted, with one force of
 * the disk for all of it, before any of it is done; what its tasks will do in later waves goes with
 * it, as far as it is known.
 */
final class BatchRunner {

  private final TaskFactory factory;
  private final Mirror mirror;
  private final RowWriter rows;
  private final PlaneJournal journal;
  private final NotedAhead ahead;

  BatchRunner(TaskFactory factory, Mirror mirror, RowWriter rows, PlaneJournal journal) {
    this.factory = factory;
    this.mirror = mirror;
    this.rows = rows;
    this.journal = journal;
    this.ahead = new NotedAhead(mirror, rows);
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

  /**
   * Jobs must have nothing in common ({@link Touch}). Sets every outcome.
   *
   * @param done gets the jobs that have all of theirs after each wave, so that a short one need not
   *     wait for the longest
   */
  void run(Device device, Generation generation, List<Job> jobs, Consumer<List<Job>> done) {
    ahead.dropAll();
    List<Cursor> cursors = new ArrayList<>();
    jobs.forEach(job -> cursors.add(new Cursor(job)));
    while (!cursors.isEmpty()) {
      Map<Task, Step> wave = new LinkedHashMap<>();
      List<Job> ended = new ArrayList<>();
      for (Iterator<Cursor> all = cursors.iterator(); all.hasNext(); ) {
        Cursor cursor = all.next();
        if (cursor.active.isEmpty()) {
          openGroup(cursor, generation);
        }
        collect(cursor, wave);
        if (cursor.active.isEmpty() && cursor.next == cursor.job.changes().size()) {
          ended.add(cursor.job);
          all.remove();
        }
      }
      if (!ended.isEmpty()) {
        done.accept(ended);
      }
      perform(device, wave);
    }
    ahead.dropAll();
  }

  /** Runs tasks that nobody waits for. */
  void run(Device device, List<Task> tasks) {
    ahead.dropAll();
    List<Task> left = new ArrayList<>(tasks);
    while (!left.isEmpty()) {
      Map<Task, Step> wave = new LinkedHashMap<>();
      for (Task task : List.copyOf(left)) {
        Step step = task.next();
        if (step instanceof Step.Done) {
          left.remove(task);
          ahead.drop(List.of(task));
        } else {
          wave.put(task, step);
        }
      }
      perform(device, wave);
    }
    ahead.dropAll();
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

  private void collect(Cursor cursor, Map<Task, Step> wave) {
    for (Map.Entry<Integer, Task> entry : List.copyOf(cursor.active.entrySet())) {
      Step step = entry.getValue().next();
      if (step instanceof Step.Done done) {
        cursor.job.set(entry.getKey(), done.outcome());
        cursor.active.remove(entry.getKey());
        ahead.drop(List.of(entry.getValue()));
      } else {
        wave.put(entry.getValue(), step);
      }
    }
  }

  private void perform(Device device, Map<Task, Step> wave) {
    List<Task> inserting = of(wave, Step.Insert.class);
    List<Task> deleting = of(wave, Step.Delete.class);
    List<Task> writing = of(wave, Step.Rows.class);
    Map<RowKey, Optional<RowAction>> wanted = wanted(wave, writing);
    Set<RowKey> changing = rows.changing(wanted);
    if (journal.prepare()) {
      ahead.forget();
    }
    boolean noted =
        inserting.isEmpty()
            && deleting.isEmpty()
            && writing.stream().allMatch(t -> ahead.covers(t, ((Step.Rows) wave.get(t)).wanted()));
    Optional<String> unnoted =
        noted ? Optional.empty() : note(wave, inserting, deleting, changing, wanted);
    if (unnoted.isPresent()) {
      ahead.drop(wave.keySet());
      refuse(wave, inserting, deleting, unnoted.get());
      // What is in memory must not claim what was never begun, should it be noted later.
      changing.forEach(mirror::note);
      answerRows(wave, writing, rows.unwritten(wanted, unnoted.get()));
      return;
    }
    if (!inserting.isEmpty()) {
      answer(
          inserting,
          device.insert(inserting.stream().map(t -> ((Step.Insert) wave.get(t)).sa()).toList()));
      inserting.forEach(t -> mirror.note(((Step.Insert) wave.get(t)).sa().ref()));
    }
    if (!deleting.isEmpty()) {
      answer(
          deleting,
          device.delete(deleting.stream().map(t -> ((Step.Delete) wave.get(t)).sa()).toList()));
      deleting.forEach(t -> mirror.note(((Step.Delete) wave.get(t)).sa()));
    }
    if (!wanted.isEmpty()) {
      answerRows(wave, writing, rows.bring(device, wanted));
      changing.forEach(mirror::note);
      ahead.written(changing);
    }
  }

  /** Notes what a wave is about to do; empty when it is on the disk, else why not. */
  private Optional<String> note(
      Map<Task, Step> wave,
      List<Task> inserting,
      List<Task> deleting,
      Set<RowKey> changing,
      Map<RowKey, Optional<RowAction>> wanted) {
    wave.keySet().forEach(ahead::note);
    inserting.forEach(t -> mirror.intend(((Step.Insert) wave.get(t)).entry()));
    deleting.forEach(t -> intendDelete(((Step.Delete) wave.get(t)).sa()));
    changing.forEach(key -> mirror.intend(key, wanted.get(key)));
    return journal.sync();
  }

  /** Half removed, should nobody hear the answer: the next life goes on with it. */
  private void intendDelete(SaRef ref) {
    mirror.sa(ref).ifPresent(sa -> mirror.intend(sa.doomed()));
  }

  private void refuse(
      Map<Task, Step> wave, List<Task> inserting, List<Task> deleting, String unnoted) {
    Outcome refused =
        Outcome.unavailable("nothing was written, since it could not be noted before: " + unnoted);
    inserting.forEach(t -> mirror.note(((Step.Insert) wave.get(t)).sa().ref()));
    deleting.forEach(t -> mirror.note(((Step.Delete) wave.get(t)).sa()));
    inserting.forEach(t -> t.onSa(refused));
    deleting.forEach(t -> t.onSa(refused));
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
  private static Map<RowKey, Optional<RowAction>> wanted(Map<Task, Step> wave, List<Task> writing) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    for (Task task : writing) {
      ((Step.Rows) wave.get(task)).wanted().forEach(wanted::putIfAbsent);
    }
    return wanted;
  }

  private static void answerRows(
      Map<Task, Step> wave, List<Task> writing, Map<RowKey, RowChange> changes) {
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
