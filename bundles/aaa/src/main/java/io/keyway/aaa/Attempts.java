package io.keyway.aaa;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries until it succeeds, once.
 *
 * <p>The identity store is a database that is being opened while this starts, and the password file
 * is written by people. Neither must keep everybody out of RESTCONF until the next restart because
 * it was not in order at one moment.
 */
public final class Attempts implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

  /** What is tried; it may be cut short at any point and is called again then. */
  @FunctionalInterface
  public interface Attempt {
    void run() throws Exception;
  }

  private final Attempt attempt;
  private final Runnable success;
  private final ScheduledExecutorService executor;
  private final Duration pause;
  private String complaint = "";

  /**
   * @param success called once, after the first attempt that threw nothing
   * @param executor is shut down by {@link #close()}
   * @param pause between two attempts
   */
  public Attempts(
      Attempt attempt, Runnable success, ScheduledExecutorService executor, Duration pause) {
    this.attempt = attempt;
    this.success = success;
    this.executor = executor;
    this.pause = pause;
  }

  /** The first attempt is made on the executor, too. */
  public void start() {
    executor.execute(this::once);
  }

  private void once() {
    try {
      attempt.run();
      success.run();
    } catch (Exception e) {
      complain(e);
      try {
        executor.schedule(this::once, pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        LOG.debug("Closed meanwhile", closed);
      }
    }
  }

  /** Each complaint is made once, however often it is the same. */
  private void complain(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.equals(complaint)) {
      return;
    }
    complaint = message;
    LOG.error(
        "RESTCONF lets nobody in yet, this is tried again every {} s: {}",
        pause.toSeconds(),
        message);
    LOG.debug("What it was", failure);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
