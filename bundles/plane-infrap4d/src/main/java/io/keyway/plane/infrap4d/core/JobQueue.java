package io.keyway.plane.infrap4d.core;

import io.keyway.plane.support.Job;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Jobs that wait, within a bound. */
final class JobQueue {

  /** Changes that may wait; beyond it callers are told to come back. */
  static final int MOST_CHANGES = 50_000;

  /** Changes that run side by side; more would only lengthen the wait of the first. */
  private static final int MOST_AT_ONCE = 1_000;

  private final Deque<Job> jobs = new ArrayDeque<>();
  private int changes;

  /** False when there is no room. */
  synchronized boolean offer(Job job) {
    if (changes > 0 && changes + job.changes().size() > MOST_CHANGES) {
      return false;
    }
    changes += job.changes().size();
    jobs.add(job);
    return true;
  }

  synchronized boolean isEmpty() {
    return jobs.isEmpty();
  }

  /**
   * The oldest job and those behind it that have nothing in common with it, with each other, or
   * with a job that they would overtake.
   */
  List<Job> takeBatch(Mirror mirror) {
    List<Job> waiting;
    synchronized (this) {
      waiting = new ArrayList<>(jobs);
      jobs.clear();
      changes = 0;
    }
    List<Job> batch = new ArrayList<>();
    List<Job> later = new ArrayList<>();
    Touch touched = new Touch();
    int size = 0;
    for (Job job : waiting) {
      if (size >= MOST_AT_ONCE) {
        later.add(job);
        continue;
      }
      Touch touch = Touch.of(job.changes(), mirror);
      if (batch.isEmpty() && later.isEmpty() || touch.goesWith(touched)) {
        if (job.start()) {
          batch.add(job);
          size += job.changes().size();
          touched.add(touch);
        }
      } else {
        later.add(job);
        touched.add(touch);
      }
    }
    putBack(later);
    return batch;
  }

  private synchronized void putBack(List<Job> later) {
    for (int i = later.size() - 1; i >= 0; i--) {
      jobs.addFirst(later.get(i));
      changes += later.get(i).changes().size();
    }
  }

  synchronized List<Job> takeAll() {
    List<Job> all = new ArrayList<>(jobs);
    jobs.clear();
    changes = 0;
    return all;
  }
}
