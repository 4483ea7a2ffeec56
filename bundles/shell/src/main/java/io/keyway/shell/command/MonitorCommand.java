package io.keyway.shell.command;

import io.keyway.api.Registration;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.shell.view.EventsView;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Prints events as they come, until Ctrl-C or a limit. */
@Service
@Command(
    scope = "ipsec",
    name = "monitor",
    description = "Prints events of tunnels and data planes until Ctrl-C")
public final class MonitorCommand extends IpsecCommand {

  /** A console that does not keep up loses events, and is told so; nobody waits for it. */
  private static final int QUEUE = 10_000;

  @Option(name = "--json", description = "print each event as JSON on a line of its own")
  boolean json;

  @Option(name = "--count", description = "end after this many events")
  long count = Long.MAX_VALUE;

  @Option(name = "--timeout", description = "end after this many seconds")
  long timeout = Long.MAX_VALUE;

  private record Seen(Instant when, TunnelEvent event) {}

  @Override
  void run() {
    BlockingQueue<Seen> queue = new ArrayBlockingQueue<>(QUEUE);
    AtomicLong lost = new AtomicLong();
    long end =
        timeout == Long.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + timeout * 1_000_000_000L;
    Registration registration =
        services
            .tunnels()
            .subscribe(
                event -> {
                  if (!queue.offer(new Seen(clock.instant(), event))) {
                    lost.incrementAndGet();
                  }
                });
    try {
      for (long printed = 0; printed < count; ) {
        long left = end == Long.MAX_VALUE ? Long.MAX_VALUE : end - System.nanoTime();
        if (left <= 0) {
          return;
        }
        Seen seen = queue.poll(Math.min(left, TimeUnit.SECONDS.toNanos(1)), TimeUnit.NANOSECONDS);
        if (seen != null) {
          console()
              .println(
                  json
                      ? EventsView.json(seen.event(), seen.when())
                      : EventsView.line(seen.event(), seen.when()));
          console().flush();
          printed++;
        }
        long missed = lost.getAndSet(0);
        if (missed > 0 && !json) {
          console().println("(" + missed + " events were lost: this console was too slow)");
        }
      }
    } catch (InterruptedException e) {
      // Ctrl-C is the usual end.
      Thread.currentThread().interrupt();
    } finally {
      registration.close();
    }
  }
}
