package io.keyway.tunnels.osgi;

import io.keyway.api.Registration;
import io.keyway.tunnels.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop on one thread. */
final class ThreadLoop implements Loop, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ThreadLoop.class);

  private final ScheduledThreadPoolExecutor thread;

  ThreadLoop() {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, "keyway-tunnels");
              made.setDaemon(true);
              return made;
            });
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    try {
      thread.execute(guarded(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("stopped; a late event is dropped");
    }
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> future =
          thread.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        // One tunnel's fault must not stop the loop of all.
        LOG.error("a task failed", e);
      }
    };
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
