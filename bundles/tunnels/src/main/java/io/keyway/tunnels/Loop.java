package io.keyway.tunnels;

import io.keyway.api.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * The one thread, or what looks like one, that all state of this bundle belongs to; and its time.
 * Injected, so that a test owns both.
 */
public interface Loop extends Executor {

  /** Runs {@code task} on the loop once after {@code delay}; closing cancels it. */
  Registration schedule(Duration delay, Runnable task);

  Instant now();
}
