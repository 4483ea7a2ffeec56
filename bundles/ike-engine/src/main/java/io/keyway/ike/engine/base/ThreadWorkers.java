package io.keyway.ike.engine.base;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread per worker, and two for calls that may touch a disk. */
public final class ThreadWorkers implements Workers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadWorkers.class);
  private static final int BLOCKING_QUEUE = 10_000;

  private final ThreadWorker[] workers;
  private final ThreadPoolExecutor blocking;
  private final ThreadPoolExecutor fetching;

  public ThreadWorkers(int count) {
    workers = new ThreadWorker[Math.max(1, count)];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new ThreadWorker("keyway-ike-" + i);
    }
    blocking =
        new ThreadPoolExecutor(
            2,
            2,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(BLOCKING_QUEUE),
            task -> daemon(task, "keyway-ike-blocking"));
    blocking.allowCoreThreadTimeOut(true);
    fetching =
        new ThreadPoolExecutor(
            4,
            4,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(BLOCKING_QUEUE),
            task -> daemon(task, "keyway-ike-fetching"));
    fetching.allowCoreThreadTimeOut(true);
  }

  @Override
  public Worker forStripe(long stripe) {
    return workers[(int) Long.remainderUnsigned(stripe, workers.length)];
  }

  @Override
  public Executor blocking() {
    return blocking;
  }

  /** For what waits for hosts that strangers name; nothing else may wait behind it. */
  public Executor fetching() {
    return fetching;
  }

  /** Stops at once: what waits is dropped, as a stopping bundle leaves everything as it is. */
  @Override
  public void close() {
    for (ThreadWorker worker : workers) {
      worker.executor.shutdownNow();
    }
    blocking.shutdownNow();
    fetching.shutdownNow();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static final class ThreadWorker implements Worker {
    private final ScheduledThreadPoolExecutor executor;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Thread thread;

    ThreadWorker(String name) {
      executor =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                thread = daemon(task, name);
                return thread;
              });
      executor.setRemoveOnCancelPolicy(true);
      executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean isCurrent() {
      return Thread.currentThread() == thread;
    }

    @Override
    public int backlog() {
      return waiting.get();
    }

    @Override
    public void execute(Runnable task) {
      waiting.incrementAndGet();
      try {
        executor.execute(
            guarded(
                () -> {
                  waiting.decrementAndGet();
                  task.run();
                }));
      } catch (RejectedExecutionException e) {
        waiting.decrementAndGet();
        LOG.debug("the engine is stopping, a task is dropped");
      }
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      try {
        ScheduledFuture<?> future =
            executor.schedule(guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
      } catch (RejectedExecutionException e) {
        LOG.debug("the engine is stopping, a timer is dropped");
        return Timer.NONE;
      }
    }

    /** One task that fails must not take the worker, and every other SA on it, down. */
    private static Runnable guarded(Runnable task) {
      return () -> {
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.error("a task of the IKE engine failed", e);
        }
      };
    }
  }
}
