package io.keyway.plane.infrap4d.core;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An executor and a clock that do nothing until they are told. */
final class ManualExecutor extends AbstractExecutorService implements ScheduledExecutorService {

  private final Deque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparingLong((Later l) -> l.due).thenComparing(l -> l.order));
  private long now = 1_000_000_000_000L;
  private long order;
  private boolean shutdown;

  private final class Later extends CompletableFuture<Object> implements ScheduledFuture<Object> {
    private final long due;
    private final long order = ManualExecutor.this.order++;
    private final Runnable work;

    Later(long due, Runnable work) {
      this.due = due;
      this.work = work;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(due - now, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
    }
  }

  Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return Instant.ofEpochMilli(now);
      }
    };
  }

  /** Runs what is ready, and what that makes ready. */
  void run() {
    while (!ready.isEmpty()) {
      ready.poll().run();
    }
  }

  /** Lets time pass. */
  void advance(long millis) {
    long end = now + millis;
    run();
    while (!later.isEmpty() && later.peek().due <= end) {
      Later next = later.poll();
      now = Math.max(now, next.due);
      if (!next.isCancelled()) {
        next.work.run();
      }
      run();
    }
    now = end;
  }

  @Override
  public void execute(Runnable work) {
    if (shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    ready.add(work);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
    if (shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    Later entry = new Later(now + unit.toMillis(delay), work);
    later.add(entry);
    return entry;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable work, long first, long period, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable work, long first, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdown() {
    shutdown = true;
    run();
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown && ready.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    run();
    return true;
  }
}
