package io.keyway.northbound.aaa;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts OpenDaylight's password service again when it lost its start.
 *
 * <p>Its bootstrap component (AAA 0.19.5) waits for the first callback of a datastore listener, and
 * drops it when it comes before the call that registers the listener has returned. No second one
 * comes then: there is never a password service, and RESTCONF answers 401 for ever. A new instance
 * of the component registers anew and gets a first callback of its own. That one could be dropped
 * too, so this goes on until the service is there. Nothing is written to the datastore, where a
 * value written twice would be no event the second time.
 */
public final class PasswordServiceWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PasswordServiceWatch.class);

  private final BooleanSupplier present;
  private final Runnable restart;
  private final ScheduledFuture<?> watching;

  /**
   * @param present whether the password service is there
   * @param restart ends the bootstrap component and makes a new one
   * @param patience how long the service may be missing; a usual start takes well under a second
   */
  public PasswordServiceWatch(
      BooleanSupplier present,
      Runnable restart,
      ScheduledExecutorService executor,
      Duration patience) {
    this.present = present;
    this.restart = restart;
    this.watching =
        executor.scheduleWithFixedDelay(
            this::look, patience.toMillis(), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (present.getAsBoolean()) {
      return;
    }
    LOG.warn(
        "OpenDaylight's password service did not start (its first callback came too early);"
            + " starting it again");
    try {
      restart.run();
    } catch (RuntimeException e) {
      LOG.error("Cannot start OpenDaylight's password service again; RESTCONF answers 401", e);
    }
  }

  @Override
  public void close() {
    watching.cancel(false);
  }
}
