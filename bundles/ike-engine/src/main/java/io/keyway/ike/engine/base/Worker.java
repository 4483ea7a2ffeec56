package io.keyway.ike.engine.base;

import java.time.Duration;
import java.util.concurrent.Executor;

/** Runs what it is given one after the other, never two at a time, and nothing that blocks. */
public interface Worker extends Executor {

  /** Whether the caller runs on this worker. */
  boolean isCurrent();

  /** Tasks that wait to be run now; timers do not count. */
  int backlog();

  /** Runs a task later. */
  Timer after(Duration delay, Runnable task);

  /** A task that was put off. */
  interface Timer {
    Timer NONE = () -> {};

    /** Idempotent; without effect once the task ran. */
    void cancel();
  }
}
