package io.keyway.aaa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A start that fails for a while. */
class AttemptsTest {

  private final AtomicInteger tried = new AtomicInteger();
  private final AtomicInteger succeeded = new AtomicInteger();
  private final Steps steps = new Steps();
  private int failures;

  private final Attempts attempts =
      new Attempts(
          () -> {
            if (tried.getAndIncrement() < failures) {
              throw new IOException("the database is closed");
            }
          },
          succeeded::incrementAndGet,
          steps,
          Duration.ofSeconds(2));

  @AfterEach
  void close() {
    attempts.close();
  }

  @Test
  void succeedsAtOnceWhenAllIsInOrder() {
    attempts.start();
    steps.run();
    assertThat(tried).hasValue(1);
    assertThat(succeeded).hasValue(1);
  }

  @Test
  void goesOnUntilItSucceedsAndThenNoMore() {
    failures = 3;
    attempts.start();
    steps.run();
    assertThat(tried).hasValue(4);
    assertThat(succeeded).hasValue(1);
    assertThat(steps.paused).isEqualTo(3 * 2000);
  }

  @Test
  void endsWithItsOwner() {
    failures = Integer.MAX_VALUE;
    attempts.start();
    steps.one();
    attempts.close();
    steps.one();
    assertThat(succeeded).hasValue(0);
    assertThat(steps.isShutdown()).isTrue();
    assertThat(steps.waiting).isEmpty();
  }

  /** Runs what is due when the test says so. */
  private static final class Steps extends ScheduledThreadPoolExecutor {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long paused;

    Steps() {
      super(0);
    }

    @Override
    public void execute(Runnable task) {
      waiting.add(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      paused += unit.toMillis(delay);
      if (!isShutdown()) {
        waiting.add(task);
      }
      return null;
    }

    void one() {
      if (!waiting.isEmpty()) {
        waiting.remove().run();
      }
    }

    void run() {
      while (!waiting.isEmpty()) {
        one();
      }
    }
  }
}
