package io.keyway.api;

import java.time.Duration;

/** Runs things later. Injected, so that a test owns the time. */
@FunctionalInterface
public interface Timer {

  /** Runs {@code task} once after {@code delay}; closing the registration cancels it. */
  Registration schedule(Duration delay, Runnable task);
}
