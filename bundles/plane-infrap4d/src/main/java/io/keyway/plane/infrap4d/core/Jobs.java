package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.support.Job;
import io.keyway.plane.support.PlaneThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs what waits in the queue, as much side by side as can be. On the plane's thread. */
final class Jobs {

  private final Parts parts;
  private final JobQueue queue;
  private final Session session;
  private final Audits audits;
  private final StatusBoard board;
  private final PlaneThread thread;
  private final LateSets lateSets;

  Jobs(
      Parts parts,
      JobQueue queue,
      Session session,
      Audits audits,
      StatusBoard board,
      PlaneThread thread,
      LateSets lateSets) {
    this.parts = parts;
    this.queue = queue;
    this.session = session;
    this.audits = audits;
    this.board = board;
    this.thread = thread;
    this.lateSets = lateSets;
  }

  /** Everything that waits is answered, and nothing of it is done. */
  void reject(String why) {
    queue.takeAll().forEach(j -> j.reject(Outcome.unavailable(why)));
  }

  /** Runs the jobs that can run now, and comes back for the others. */
  void drain() {
    if (queue.isEmpty()) {
      return;
    }
    Optional<Device> target = session.ready();
    if (target.isEmpty()) {
      reject(board.status().reason());
      return;
    }
    List<Job> valid = current(queue.takeBatch(parts.mirror));
    try {
      parts.runner.run(target.get(), parts.reconciler.generation(), valid, this::ended);
    } finally {
      // Those that a bug left without an answer.
      valid.forEach(Job::finish);
    }
    if (parts.rows.takeDoubt()) {
      audits.soon();
    } else if (!parts.mirror.stale().isEmpty()) {
      parts.reconciler.sweep(target.get());
    }
    lateSets.look();
    if (!queue.isEmpty()) {
      thread.submit(this::drain);
    }
  }

  /** Those of the present generation; the others are rejected. */
  private List<Job> current(List<Job> batch) {
    Generation generation = parts.reconciler.generation();
    List<Job> valid = new ArrayList<>();
    for (Job job : batch) {
      if (job.expected().equals(generation)) {
        valid.add(job);
      } else {
        job.reject(
            Outcome.unavailable(
                "the device is in generation "
                    + generation
                    + ", the request is for "
                    + job.expected()));
      }
    }
    return valid;
  }

  /** First the rows used, then the answers: who was answered must find his rows counted. */
  private void ended(List<Job> jobs) {
    if (jobs.stream().anyMatch(Job::held)) {
      parts.holds.confirmed();
    }
    forgetUsedLeases(jobs);
    board.refresh();
    jobs.forEach(Job::finish);
  }

  /** The SPI of a pair that is gone is used up. */
  private void forgetUsedLeases(List<Job> jobs) {
    for (Job job : jobs) {
      job.changes().stream()
          .filter(PlaneChange.RemoveSa.class::isInstance)
          .map(c -> ((PlaneChange.RemoveSa) c).sa().index())
          .filter(i -> i > 0 && i < 1L << SaRef.INDEX_BITS)
          .filter(i -> !parts.mirror.indexInUse(i))
          .forEach(parts.ledger::forget);
    }
  }
}
