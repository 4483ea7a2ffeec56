package io.keyway.northbound.state;

import io.keyway.northbound.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the state tree like the state: looks at intervals, and soon after something happened, and
 * writes what differs. One write is under way at a time; while a slow datastore works on one, looks
 * are left out instead of piling up.
 */
public final class StatePublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StatePublisher.class);

  /** Something happened: look after this long, so that a burst of events is one write. */
  private static final Duration SOON = Duration.ofMillis(100);

  /** Even of a large state, for whoever waits for it to show something. */
  private static final Duration SOON_ENOUGH = Duration.ofSeconds(2);

  private static final Duration WRITE_LIMIT = Duration.ofSeconds(15);

  private final StateCollector collector;
  private final StateSink sink;
  private final ScheduledExecutorService executor;
  private final ScheduledFuture<?> ticking;

  // Confined to the executor.
  private Map<Row.Key, Row> published = Map.of();
  private long publishedVersion = -1;
  private boolean clear = true;
  private boolean writing;
  private boolean again;

  private volatile boolean soon;

  private final Pace pace = new Pace(SOON, SOON_ENOUGH);

  /**
   * @param executor one thread; stays the caller's
   */
  public StatePublisher(
      StateCollector collector,
      StateSink sink,
      ScheduledExecutorService executor,
      Duration interval) {
    this.collector = collector;
    this.sink = sink;
    this.executor = executor;
    this.ticking =
        executor.scheduleWithFixedDelay(
            this::publish, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Something happened; from any thread. */
  public void hurry() {
    if (!soon) {
      soon = true;
      try {
        executor.schedule(this::publish, pace.pause().toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("The state is not published any more");
      }
    }
  }

  private void publish() {
    soon = false;
    if (writing) {
      again = true;
      return;
    }
    try {
      publishNow();
    } catch (RuntimeException e) {
      LOG.error("Cannot publish the state", e);
    }
  }

  private void publishNow() {
    long begun = System.nanoTime();
    Map<Row.Key, Row> now = collector.collect();
    long version = collector.version();
    List<Row> changed = new ArrayList<>();
    for (Map.Entry<Row.Key, Row> row : now.entrySet()) {
      if (clear || !row.getValue().equals(published.get(row.getKey()))) {
        changed.add(row.getValue());
      }
    }
    Map<Row.Key, Row> gone = new HashMap<>(published);
    gone.keySet().removeAll(now.keySet());
    if (!clear && changed.isEmpty() && gone.isEmpty() && version == publishedVersion) {
      pace.took(begun);
      return;
    }
    writing = true;
    CompletionStage<Void> written = sink.write(clear, version, changed, gone.values());
    written
        .toCompletableFuture()
        .orTimeout(WRITE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync(
            (nothing, failure) -> {
              pace.took(begun);
              written(now, version, failure);
            },
            executor);
  }

  private void written(Map<Row.Key, Row> now, long version, Throwable failure) {
    writing = false;
    if (failure == null) {
      published = now;
      publishedVersion = version;
      clear = false;
    } else {
      // What arrived is not known: begin anew at the next look.
      LOG.warn("Cannot write the state; trying again", failure);
      published = Map.of();
      clear = true;
    }
    if (again) {
      again = false;
      hurry();
    }
  }

  @Override
  public void close() {
    ticking.cancel(false);
  }
}
