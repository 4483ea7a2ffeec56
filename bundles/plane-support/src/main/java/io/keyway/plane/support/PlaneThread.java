package io.keyway.plane.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a plane. Nobody else talks to its device, or touches what is known of it, so
 * nothing of that needs a lock.
 */
public final class PlaneThread {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneThread.class);

  private final String plane;
  private final ScheduledExecutorService executor;

  public PlaneThread(String plane, ScheduledExecutorService executor) {
    this.plane = plane;
    this.executor = executor;
  }

  /** From any thread; false when the plane is closed. */
  public boolean submit(Runnable work) {
    try {
      executor.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException e) {
              LOG.error("data plane {}: a bug", plane, e);
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** The same after a while; empty when the plane is closed. */
  public Optional<ScheduledFuture<?>> later(Duration pause, Runnable work) {
    Runnable submitted = () -> submit(work);
    try {
      return Optional.of(executor.schedule(submitted, pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      return Optional.empty();
    }
  }
}
