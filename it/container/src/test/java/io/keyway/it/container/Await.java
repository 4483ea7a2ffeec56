package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** Waits for what must become true in its own time. */
final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** Something that becomes true, or not. */
  interface Condition {
    boolean holds() throws Exception;
  }

  private Await() {}

  static void until(Condition condition) throws Exception {
    until(LIMIT, condition);
  }

  static void until(Duration limit, Condition condition) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime() - end).as("not within %s", limit).isNegative();
      Thread.sleep(100);
    }
  }
}
