package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.Generation;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a plane, once in each of its lives, that all policies are there: some forward nothing in
 * clear before. A place that shall drop and does not yet, for whatever reason, keeps it so, because
 * a wider bypass would let its packets out. Guarded by the {@link SpdTable}.
 */
final class Completion {

  private static final Logger LOG = LoggerFactory.getLogger(Completion.class);

  private final SpdTable table;
  private final SpdEnvironment environment;
  private final Runnable pump;
  private Generation told = Generation.NONE;

  /**
   * @param pump looks again whether there is something to do
   */
  Completion(SpdTable table, SpdEnvironment environment, Runnable pump) {
    this.table = table;
    this.environment = environment;
    this.pump = pump;
  }

  /** True when the plane should be told now; it is taken for told from then on. */
  boolean due(SpdTable now) {
    if (told.equals(now.generation) || now.places.isEmpty()) {
      return false;
    }
    boolean all = now.places.values().stream().allMatch(Completion::there);
    if (all) {
      told = now.generation;
    }
    return all;
  }

  /** What was refused and would let packets pass is missed by nobody but its owner, who is told. */
  private static boolean there(Place place) {
    return place.settled() || place.refused && place.desired().filter(Programmed::drops).isEmpty();
  }

  void tell(DataPlane plane, Generation life) {
    Duration limit = environment.settings().writeTimeout();
    environment
        .planeCalls()
        .bounded(() -> plane.policiesComplete(life, limit), limit)
        .whenComplete(
            (outcome, fault) -> {
              if (fault != null || !outcome.done()) {
                again(life, fault == null ? outcome : Outcome.unavailable(fault.getMessage()));
              }
            });
  }

  private void again(Generation life, Outcome outcome) {
    synchronized (table) {
      if (!told.equals(life) || table.closed) {
        return;
      }
      told = Generation.NONE;
    }
    LOG.warn(
        "data plane {}: that all policies are there could not be told: {} {}",
        table.name,
        outcome.kind(),
        outcome.reason());
    environment.timer().schedule(environment.settings().retryFirst(), pump);
  }
}
