package io.keyway.ike.engine.sa;

import io.keyway.api.sa.Lifetime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a child is rekeyed and when it ends. The soft limits are spread towards earlier, so that two
 * ends with the same configuration seldom rekey at the same moment, nor all children of a gateway.
 */
final class ChildTimers {
  private ChildTimers() {}

  /** Counts from now on. */
  static void start(ChildSa child) {
    EngineContext ctx = child.ike().ctx();
    Lifetime lifetime = child.config().lifetime();
    child.rekeyTimer.cancel();
    child.endTimer.cancel();
    Instant now = ctx.clock().instant();
    Optional<Instant> rekeyAt = Optional.empty();
    Optional<Instant> endsAt = Optional.empty();
    if (lifetime.soft().seconds() > 0) {
      Duration delay = Duration.ofMillis((long) (lifetime.soft().seconds() * 1000 * ctx.spread()));
      rekeyAt = Optional.of(now.plus(delay));
      child.rekeyTimer = child.ike().after(delay, () -> softExpired(child));
    }
    if (lifetime.hard().seconds() > 0) {
      Duration delay = Duration.ofSeconds(lifetime.hard().seconds());
      endsAt = Optional.of(now.plus(delay));
      child.endTimer = child.ike().after(delay, () -> hardExpired(child, "its lifetime is over"));
    }
    child.setTimes(now, rekeyAt, endsAt);
  }

  /** Rekeys later, because it did not work now. */
  static void retryRekey(ChildSa child) {
    EngineContext ctx = child.ike().ctx();
    Duration delay =
        Duration.ofMillis((long) (ctx.settings().retryDelay().toMillis() * ctx.spread()));
    child.rekeyTimer.cancel();
    child.setTimes(
        ctx.clock().instant(), Optional.of(ctx.clock().instant().plus(delay)), child.endsAt());
    child.rekeyTimer = child.ike().after(delay, () -> softExpired(child));
  }

  static void softExpired(ChildSa child) {
    if (child.ike().state() == IkeSa.State.FORGOTTEN) {
      // It cannot be rekeyed any more. What lives on waits for its successor.
      if (child.burnt) {
        child.ike().children().end(child, "the plane lost it", false);
      }
      return;
    }
    if (child.state() == ChildSa.State.INSTALLED) {
      child.ike().children().rekey(child, Optional.empty());
    }
  }

  static void hardExpired(ChildSa child, String reason) {
    child.ike().children().delete(child, reason, Optional.empty());
  }

  /** The lifetime as SAD gets it, soft limits spread. */
  static Lifetime spread(EngineContext ctx, Lifetime lifetime) {
    double factor = ctx.spread();
    Lifetime.Limit soft = lifetime.soft();
    return new Lifetime(
        new Lifetime.Limit(
            soft.seconds(), scale(soft.bytes(), factor), scale(soft.packets(), factor)),
        lifetime.hard());
  }

  private static long scale(long limit, double factor) {
    return limit == 0 ? 0 : Math.max(1, (long) (limit * factor));
  }
}
