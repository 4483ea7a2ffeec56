package io.keyway.it.kit.lab;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what another process does, by looking again, never by a fixed sleep. */
public final class Await {

  /** Generous: it is only ever used up by a failure. */
  public static final Duration LIMIT = Duration.ofSeconds(60);

  private Await() {}

  public static void until(String what, BooleanSupplier condition) {
    get(what, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  public static <T> T get(String what, Supplier<Optional<T>> attempt) {
    return get(what, LIMIT, attempt);
  }

  public static <T> T get(String what, Duration limit, Supplier<Optional<T>> attempt) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      Optional<T> result = attempt.get();
      if (result.isPresent()) {
        return result.get();
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not happen within " + limit.toSeconds() + " s: " + what);
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
  }
}
