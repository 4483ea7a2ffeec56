package io.keyway.northbound.aaa;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a service of OpenDaylight's AAA again when it lost its start.
 *
 * <p>Two components (AAA 0.19.5) make their service in the first callback of a datastore listener,
 * and drop that callback when it comes before the call that registers the listener has returned. No
 * second one comes then, so there is never a service:
 *
 * <ul>
 *   <li>without the password service RESTCONF answers 401 for ever;
 *   <li>without the encryption service the certificate manager waits, and behind it the servlets:
 *       RESTCONF answers 404 for ever. At a first start its settings are made and written, which is
 *       a second callback; only later starts can lose it.
 * </ul>
 *
 * <p>A new instance of the component registers anew and gets a first callback of its own. That one
 * could be dropped too, so this goes on until the service is there, each time with twice the
 * patience, so that a machine that is only slow gets its time. Nothing is written to the datastore,
 * where a value written twice would be no event the second time.
 */
public final class BootstrapWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BootstrapWatch.class);

  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** What OpenDaylight has, and what is done about it. */
  public interface Bootstrap {
    /** Name of the service for the log. */
    String service();

    /** What nobody can do without it. */
    String consequence();

    /** Whether the service is there, or is not wanted any more. */
    boolean present();

    /** Ends the component and makes a new one. */
    void restart();
  }

  private final Bootstrap bootstrap;
  private final ScheduledExecutorService executor;
  private final Duration patience;
  private Duration pause;
  private volatile boolean closed;

  /**
   * @param executor runs one look at a time
   * @param patience how long the service may be missing at first; a usual start takes well under a
   *     second
   */
  public BootstrapWatch(Bootstrap bootstrap, ScheduledExecutorService executor, Duration patience) {
    this.bootstrap = bootstrap;
    this.executor = executor;
    this.patience = patience;
    this.pause = patience;
  }

  /** Begins to look. */
  public void start() {
    schedule();
  }

  private void schedule() {
    if (closed) {
      return;
    }
    try {
      executor.schedule(this::look, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      LOG.debug("Ended meanwhile", ended);
    }
  }

  private void look() {
    try {
      if (closed) {
        return;
      }
      if (bootstrap.present()) {
        pause = patience;
        return;
      }
      LOG.warn(
          "OpenDaylight's {} service did not start within {} s (its first callback came too early,"
              + " or the machine is slow); starting it again",
          bootstrap.service(),
          pause.toSeconds());
      pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
      bootstrap.restart();
    } catch (RuntimeException e) {
      LOG.error(
          "Cannot start OpenDaylight's {} service again; {}",
          bootstrap.service(),
          bootstrap.consequence(),
          e);
    } finally {
      schedule();
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
