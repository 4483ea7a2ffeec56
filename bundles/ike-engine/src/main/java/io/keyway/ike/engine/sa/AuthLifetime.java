package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * AUTH_LIFETIME (RFC 4478): the responder tells how soon it wants the initiator to authenticate
 * anew, which only the initiator can do, and ends the IKE SA of one that does not.
 */
final class AuthLifetime {
  /** Less cannot be meant, and would keep both ends busy with nothing else. */
  private static final Duration SHORTEST = Duration.ofSeconds(5);

  /** For the initiator to begin in time. */
  private static final double EARLY = 0.85;

  private AuthLifetime() {}

  /** As responder, with the end of IKE_AUTH. */
  static void announce(IkeSa sa, List<Payload> reply) {
    if (sa.config().timers().reauth().toSeconds() > 0) {
      // Of one that was resumed a part is over already.
      Duration over = Duration.between(sa.age().since(), sa.ctx().clock().instant());
      Duration left = sa.config().timers().reauth().minus(over);
      Duration lifetime = left.compareTo(SHORTEST) < 0 ? SHORTEST : left;
      int seconds = (int) Math.min(lifetime.toSeconds(), Integer.MAX_VALUE);
      reply.add(NotifyPayload.of(NotifyType.AUTH_LIFETIME, Octets.ofInt(seconds)));
    }
  }

  /**
   * As initiator, in the answer of IKE_AUTH or in a later request of the peer.
   *
   * @return whether there is another time to keep
   */
  static boolean heed(IkeSa sa, IkeMessage message) {
    Optional<NotifyPayload> told = message.notification(NotifyType.AUTH_LIFETIME);
    if (told.isEmpty() || told.get().data().length() != 4 || !sa.age().isOurs()) {
      return false;
    }
    Duration lifetime = Duration.ofSeconds(told.get().data().toInt() & 0xffff_ffffL);
    sa.ctx().counters().count("ike-auth-lifetimes-received");
    IkeLog.IKE.info(sa, "the peer wants us to authenticate anew within {} s", lifetime.toSeconds());
    sa.age().tell(lifetime.compareTo(SHORTEST) < 0 ? SHORTEST : lifetime);
    return true;
  }

  /** When an initiator begins, counted from the last authentication; empty: never. */
  static Optional<Duration> due(IkeSa sa) {
    double spread = sa.ctx().spread();
    Optional<Duration> own =
        Optional.of(sa.config().timers().reauth())
            .filter(reauth -> reauth.compareTo(Duration.ZERO) > 0)
            .map(reauth -> scale(reauth, spread));
    Optional<Duration> told = sa.age().told().map(lifetime -> scale(lifetime, EARLY * spread));
    return own.isPresent() && told.isPresent() && own.get().compareTo(told.get()) < 0
        ? own
        : told.or(() -> own);
  }

  /** When a responder gives up, counted from the last authentication; empty: never. */
  static Optional<Duration> end(IkeSa sa) {
    Duration lifetime = sa.config().timers().reauth();
    if (lifetime.compareTo(Duration.ZERO) <= 0) {
      return Optional.empty();
    }
    Duration grace = lifetime.dividedBy(10).plus(sa.ctx().settings().halfOpenTimeout());
    return Optional.of(lifetime.plus(grace));
  }

  private static Duration scale(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }
}
