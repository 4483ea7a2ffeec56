package io.keyway.spd;

import io.keyway.api.Timer;
import io.keyway.api.plane.PlaneCalls;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * What the database takes from outside.
 *
 * @param executor runs writes and answers; needs a thread for every plane that may be slow
 * @param timer runs things later
 * @param settings times and sizes
 */
public record SpdEnvironment(Executor executor, Timer timer, Settings settings) {

  public SpdEnvironment {
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(timer, "timer");
    Objects.requireNonNull(settings, "settings");
  }

  /** Calls planes on this service's threads, and gives them up in time. */
  PlaneCalls planeCalls() {
    return new PlaneCalls(executor, timer, settings.guard());
  }

  /**
   * Times and sizes.
   *
   * @param batch most changes in one request to a plane; holds go in one request, however many
   * @param writeTimeout time limit of one request
   * @param writeTimeoutEach what is added to it for every change
   * @param guard what a plane may take longer than that before it is given up
   * @param retryFirst first pause before a failed write is tried again; doubles
   * @param retryMost longest such pause
   */
  public record Settings(
      int batch,
      Duration writeTimeout,
      Duration writeTimeoutEach,
      Duration guard,
      Duration retryFirst,
      Duration retryMost) {

    /** What suits an E2100. */
    public static final Settings DEFAULT =
        new Settings(
            256,
            Duration.ofSeconds(10),
            Duration.ofMillis(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));
  }
}
