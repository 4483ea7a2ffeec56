package io.keyway.it.kit.stack;

import io.keyway.api.Registration;
import io.keyway.tunnels.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Real threads and real time. */
public final class Threads {

  private Threads() {}

  public static ScheduledExecutorService one(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  public static Registration later(ScheduledExecutorService timer, Duration delay, Runnable task) {
    try {
      Future<?> future = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  /** One thread that owns everything of the tunnels. */
  public static Loop loop(ScheduledExecutorService thread) {
    return new Loop() {
      @Override
      public void execute(Runnable task) {
        try {
          thread.execute(task);
        } catch (RejectedExecutionException e) {
          // The site is being closed.
        }
      }

      @Override
      public Registration schedule(Duration delay, Runnable task) {
        return later(thread, delay, task);
      }

      @Override
      public Instant now() {
        return Instant.now();
      }
    };
  }

  public static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
