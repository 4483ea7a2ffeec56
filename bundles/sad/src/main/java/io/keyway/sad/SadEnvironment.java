package io.keyway.sad;

import io.keyway.api.Timer;
import io.keyway.api.plane.PlaneCalls;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What the database takes from outside.
 *
 * @param nanos monotonic time, for deadlines and lifetimes: wall clocks jump
 * @param clock wall clock, for what must be compared after a hand-over
 * @param executor runs writes and answers; needs a thread for every plane that may be slow
 * @param journalExecutor one thread that may wait for the disk
 * @param timer runs things later
 * @param settings times and sizes
 */
public record SadEnvironment(
    LongSupplier nanos,
    Clock clock,
    Executor executor,
    Executor journalExecutor,
    Timer timer,
    Settings settings) {

  public SadEnvironment {
    Objects.requireNonNull(nanos, "nanos");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(executor, "executor");
    Objects.requireNonNull(journalExecutor, "journalExecutor");
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
   * @param batch most changes in one request to a plane
   * @param writeTimeout time limit of writes that no caller waits for
   * @param guard what a plane may take longer than the limit it was given before it is given up
   * @param settle time after a plane came up that is left to the policies, which must hold traffic
   *     before anything else happens
   * @param retryFirst first pause before a failed removal is tried again; doubles
   * @param retryMost longest such pause
   * @param poll how often counters are read for lifetimes that the plane does not keep
   * @param hardGrace time an owner has to end an SA that reached a hard limit
   * @param keepBurnt how long the fingerprint of a removed SA's key is kept
   */
  public record Settings(
      int batch,
      Duration writeTimeout,
      Duration guard,
      Duration settle,
      Duration retryFirst,
      Duration retryMost,
      Duration poll,
      Duration hardGrace,
      Duration keepBurnt) {

    /** What suits an E2100. */
    public static final Settings DEFAULT =
        new Settings(
            64,
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofHours(24));
  }
}
