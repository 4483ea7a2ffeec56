package io.keyway.ike.engine.lab;

import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.base.Workers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** Time that moves from event to event, and workers that run in it. */
public final class VirtualTime extends Clock implements Workers {
  private record Event(Instant at, long order, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparing(Event::at).thenComparingLong(Event::order));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long order;
  private Strand running;
  private final Strand[] strands = {new Strand(), new Strand(), new Strand()};

  /** Runs an action later. */
  public Worker.Timer after(Duration delay, Runnable action) {
    Event event = new Event(now.plus(delay), order++, action);
    events.add(event);
    return () -> events.remove(event);
  }

  /** Runs everything that is due until then. */
  public void run(Duration duration) {
    Instant end = now.plus(duration);
    while (!events.isEmpty() && !events.peek().at().isAfter(end)) {
      step();
    }
    now = end;
  }

  /** Runs until something holds; false if it did not in time. */
  public boolean until(Duration limit, BooleanSupplier condition) {
    Instant end = now.plus(limit);
    while (!condition.getAsBoolean()) {
      if (events.isEmpty() || events.peek().at().isAfter(end)) {
        now = end;
        return condition.getAsBoolean();
      }
      step();
    }
    return true;
  }

  /** Timers and tasks that are still to come. */
  public int pending() {
    return events.size();
  }

  private void step() {
    Event event = events.poll();
    now = event.at();
    event.action().run();
  }

  @Override
  public Worker forStripe(long stripe) {
    return strands[(int) Long.remainderUnsigned(stripe, strands.length)];
  }

  @Override
  public Executor blocking() {
    return task -> after(Duration.ofMillis(1), task);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  /** The workers of one process, which do nothing more once it is killed. */
  public Life life() {
    return new Life();
  }

  /** See {@link #life}. */
  public final class Life implements Workers {
    private boolean ended;

    public void end() {
      ended = true;
    }

    private Runnable whileAlive(Runnable task) {
      return () -> {
        if (!ended) {
          task.run();
        }
      };
    }

    @Override
    public Worker forStripe(long stripe) {
      Worker worker = VirtualTime.this.forStripe(stripe);
      return new Worker() {
        @Override
        public boolean isCurrent() {
          return worker.isCurrent();
        }

        @Override
        public int backlog() {
          return worker.backlog();
        }

        @Override
        public void execute(Runnable task) {
          worker.execute(whileAlive(task));
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
          return worker.after(delay, whileAlive(task));
        }
      };
    }

    @Override
    public Executor blocking() {
      return task -> VirtualTime.this.blocking().execute(whileAlive(task));
    }
  }

  /** A worker whose tasks are events; one strand never runs inside another. */
  private final class Strand implements Worker {
    private int waiting;

    @Override
    public boolean isCurrent() {
      return running == this;
    }

    @Override
    public int backlog() {
      return waiting;
    }

    @Override
    public void execute(Runnable task) {
      waiting++;
      VirtualTime.this.after(
          Duration.ZERO,
          () -> {
            waiting--;
            enter(task);
          });
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
      return VirtualTime.this.after(delay, () -> enter(task));
    }

    private void enter(Runnable task) {
      Strand before = running;
      running = this;
      try {
        task.run();
      } finally {
        running = before;
      }
    }
  }
}
