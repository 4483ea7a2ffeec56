package io.keyway.plane.support;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One request to change the device. It owns the keys in it until it ends, however it ends. */
public final class Job {

  private final Generation expected;
  private final List<PlaneChange> changes;
  private final Outcome[] outcomes;
  private final CompletableFuture<List<Outcome>> answer = new CompletableFuture<>();
  private boolean started;
  private boolean ended;

  public Job(Generation expected, List<PlaneChange> changes) {
    this.expected = expected;
    this.changes = List.copyOf(changes);
    this.outcomes = new Outcome[changes.size()];
  }

  public Generation expected() {
    return expected;
  }

  public List<PlaneChange> changes() {
    return changes;
  }

  public CompletableFuture<List<Outcome>> answer() {
    return answer;
  }

  /** True when it may begin; false when it was given up. */
  public synchronized boolean start() {
    if (ended) {
      return false;
    }
    started = true;
    return true;
  }

  public synchronized void set(int item, Outcome outcome) {
    outcomes[item] = outcome;
  }

  /** True when it put policies, and the device has acknowledged every one of them. */
  public synchronized boolean held() {
    boolean any = false;
    for (int i = 0; i < outcomes.length; i++) {
      if (changes.get(i) instanceof PlaneChange.PutPolicy) {
        any = true;
        if (outcomes[i] == null || !outcomes[i].done()) {
          return false;
        }
      }
    }
    return any;
  }

  /** Every item has its outcome. */
  public void finish() {
    end(Outcome.unknown("no outcome"));
  }

  /** None of it will be done. */
  public void reject(Outcome outcome) {
    end(outcome);
  }

  private void end(Outcome missing) {
    List<Outcome> all;
    synchronized (this) {
      ended = true;
      all = filled(missing);
    }
    changes.forEach(Job::closeKeys);
    answer.complete(all);
  }

  /**
   * The time is over. What has not begun never will; what is on the way goes on, but nobody waits
   * for it any more.
   */
  public void expire(String plane) {
    List<Outcome> all;
    boolean running;
    synchronized (this) {
      if (ended) {
        return;
      }
      running = started;
      if (!running) {
        ended = true;
      }
      all =
          filled(
              running
                  ? Outcome.unknown("data plane " + plane + " did not answer in time")
                  : Outcome.unavailable(
                      "data plane " + plane + " is busy; nothing was begun in time"));
    }
    if (!running) {
      changes.forEach(Job::closeKeys);
    }
    answer.complete(all);
  }

  private List<Outcome> filled(Outcome missing) {
    List<Outcome> all = new ArrayList<>(Arrays.asList(outcomes));
    all.replaceAll(o -> o == null ? missing : o);
    return List.copyOf(all);
  }

  public static void closeKeys(PlaneChange change) {
    if (change instanceof PlaneChange.AddSa add) {
      add.keys().close();
    }
  }
}
