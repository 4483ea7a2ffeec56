package io.keyway.tunnels;

import io.keyway.api.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose time moves when the test says so. */
final class ManualLoop implements Loop {

  private record Timed(Instant at, long order, Runnable task, boolean[] cancelled) {}

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Timed> later =
      new PriorityQueue<>(Comparator.comparing(Timed::at).thenComparing(Timed::order));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long order;
  private boolean running;

  @Override
  public void execute(Runnable task) {
    ready.add(task);
    if (!running) {
      drain();
    }
  }

  private void drain() {
    running = true;
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
    running = false;
  }

  @Override
  public Registration schedule(Duration delay, Runnable task) {
    boolean[] cancelled = new boolean[1];
    later.add(new Timed(now.plus(delay), order++, task, cancelled));
    return () -> cancelled[0] = true;
  }

  @Override
  public Instant now() {
    return now;
  }

  /** Moves the time, running everything that falls due, in order. */
  void advance(Duration by) {
    Instant end = now.plus(by);
    while (!later.isEmpty() && !later.peek().at().isAfter(end)) {
      Timed next = later.poll();
      now = next.at();
      if (!next.cancelled()[0]) {
        execute(next.task());
      }
    }
    now = end;
  }
}
