package io.keyway.testing;

import io.keyway.api.Registration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.Executor;

/** One thread, one clock: everything runs when the test says so, in a fixed order. */
public final class ManualTime extends Clock implements Executor {

  private record Task(long when, long number, Runnable runnable) {}

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final TreeSet<Task> later =
      new TreeSet<>(Comparator.comparingLong(Task::when).thenComparingLong(Task::number));
  private long nanos = 1_000_000_000L;
  private long numbers;

  @Override
  public void execute(Runnable task) {
    ready.add(task);
  }

  public Registration schedule(Duration delay, Runnable task) {
    Task entry = new Task(nanos + delay.toNanos(), numbers++, task);
    later.add(entry);
    return () -> later.remove(entry);
  }

  public long nanos() {
    return nanos;
  }

  /** Runs what is ready, and what that makes ready. */
  public ManualTime settle() {
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
    return this;
  }

  /** Lets time pass; timers run in their order, and what they make ready runs right after each. */
  public ManualTime advance(Duration by) {
    settle();
    long end = nanos + by.toNanos();
    while (!later.isEmpty() && later.first().when() <= end) {
      Task task = later.pollFirst();
      nanos = Math.max(nanos, task.when());
      task.runnable().run();
      settle();
    }
    nanos = end;
    return settle();
  }

  /** Runs one ready task; false when there was none. */
  public boolean step() {
    Runnable task = ready.poll();
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  /** Number of timers that wait. */
  public int timers() {
    return later.size();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochSecond(1_800_000_000L).plusNanos(nanos);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("UTC only");
  }
}
