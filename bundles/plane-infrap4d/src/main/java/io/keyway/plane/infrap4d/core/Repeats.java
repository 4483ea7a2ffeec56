package io.keyway.plane.infrap4d.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BiFunction;

/** What the worker does again and again while the session stands as it does. */
final class Repeats {

  private final BiFunction<Duration, Runnable, Optional<ScheduledFuture<?>>> later;
  private final List<ScheduledFuture<?>> scheduled = new ArrayList<>();
  private long session;

  /**
   * @param later runs something on the worker after a while
   */
  Repeats(BiFunction<Duration, Runnable, Optional<ScheduledFuture<?>>> later) {
    this.later = later;
  }

  /** Until {@link #end}, which the work itself may bring about. */
  void every(Duration period, Runnable work) {
    long mine = session;
    later
        .apply(
            period,
            () -> {
              if (mine == session) {
                work.run();
              }
              if (mine == session) {
                every(period, work);
              }
            })
        .ifPresent(scheduled::add);
    scheduled.removeIf(ScheduledFuture::isDone);
  }

  /** Nothing of it is done any more. */
  void end() {
    session++;
    scheduled.forEach(s -> s.cancel(false));
    scheduled.clear();
  }
}
