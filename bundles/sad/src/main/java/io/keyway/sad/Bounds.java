package io.keyway.sad;

import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SecurityAssociation;

/**
 * Limits that hold whether or not anybody configured them: without extended sequence numbers the
 * counter ends at 2^32 and must not wrap (RFC 4303 section 3.3.3), so the SA asks to be replaced
 * well before and ends a little before.
 */
final class Bounds {

  /** Well before the end: what is left lasts for a rekey that fails a few times. */
  static final long SOFT_PACKETS = 5L << 29;

  /** Leaves what may pass between two looks at the counters of a fast plane: 2^29 packets. */
  static final long HARD_PACKETS = 7L << 29;

  private Bounds() {}

  static SecurityAssociation apply(SecurityAssociation sa) {
    if (sa.esn()) {
      return sa;
    }
    Lifetime lifetime =
        new Lifetime(
            bound(sa.lifetime().soft(), SOFT_PACKETS), bound(sa.lifetime().hard(), HARD_PACKETS));
    if (lifetime.equals(sa.lifetime())) {
      return sa;
    }
    return new SecurityAssociation(
        sa.id(),
        sa.child(),
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        sa.endpoints(),
        sa.selectors(),
        lifetime);
  }

  private static Limit bound(Limit limit, long packets) {
    long lower = limit.packets() == 0 ? packets : Math.min(limit.packets(), packets);
    return new Limit(limit.seconds(), limit.bytes(), lower);
  }
}
