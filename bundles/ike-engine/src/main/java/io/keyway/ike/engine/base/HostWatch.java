package io.keyway.ike.engine.base;

import java.net.SocketException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the machine's addresses again and again, and tells when they are others. The JDK has no
 * event for that.
 */
public final class HostWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);

  /** How to look. */
  @FunctionalInterface
  public interface Look {
    HostAddresses now() throws SocketException;
  }

  private final Look look;
  private final Consumer<HostAddresses> changed;
  private final ScheduledExecutorService thread;
  private HostAddresses last = HostAddresses.UNKNOWN;
  private String complaint = "";

  /**
   * Starts watching.
   *
   * @param changed called with what was seen first, and after each change; must not block
   */
  public static HostWatch every(java.time.Duration pause, Consumer<HostAddresses> changed) {
    HostWatch watch =
        new HostWatch(
            HostAddresses::now,
            changed,
            Executors.newSingleThreadScheduledExecutor(
                task -> {
                  Thread thread = new Thread(task, "keyway-host-addresses");
                  thread.setDaemon(true);
                  return thread;
                }));
    watch.thread.scheduleWithFixedDelay(watch::look, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  HostWatch(Look look, Consumer<HostAddresses> changed, ScheduledExecutorService thread) {
    this.look = look;
    this.changed = changed;
    this.thread = thread;
  }

  /** One look; never throws, or there would be no more. */
  void look() {
    try {
      HostAddresses now = look.now();
      complaint = "";
      if (!now.equals(last)) {
        last = now;
        LOG.debug("addresses of this machine: {}", now.byInterface());
        changed.accept(now);
      }
    } catch (SocketException | RuntimeException e) {
      // Once for each kind of trouble: this comes by every second.
      if (!e.toString().equals(complaint)) {
        complaint = e.toString();
        LOG.warn("cannot see the addresses of this machine: {}", complaint);
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
