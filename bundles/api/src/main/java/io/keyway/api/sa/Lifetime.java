package io.keyway.api.sa;

import java.util.Objects;

/**
 * When an SA asks to be replaced (soft) and when it must end (hard).
 *
 * @param soft reaching any of it starts a rekey
 * @param hard reaching any of it ends the SA
 */
public record Lifetime(Limit soft, Limit hard) {

  /** Nothing limited. */
  public static final Lifetime UNLIMITED = new Lifetime(Limit.NONE, Limit.NONE);

  public Lifetime {
    Objects.requireNonNull(soft, "soft");
    Objects.requireNonNull(hard, "hard");
  }

  /**
   * One set of limits; 0 means unlimited.
   *
   * @param seconds time since the install
   * @param bytes octets of inner packets
   * @param packets number of packets
   */
  public record Limit(long seconds, long bytes, long packets) {
    /** Unlimited in every way. */
    public static final Limit NONE = new Limit(0, 0, 0);

    public Limit {
      if (seconds < 0 || bytes < 0 || packets < 0) {
        throw new IllegalArgumentException("a lifetime cannot be negative");
      }
    }
  }
}
