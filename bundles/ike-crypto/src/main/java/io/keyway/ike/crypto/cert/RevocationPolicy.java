package io.keyway.ike.crypto.cert;

import java.util.Set;

/**
 * How much must be known about revocation before a certificate counts.
 *
 * @param level in strongSwan's words
 * @param hosts that may be asked: {@code host} for port 80 (https: 443), or {@code host:port}; in
 *     lower case
 */
public record RevocationPolicy(Level level, Set<String> hosts) {

  /** How strict. */
  public enum Level {
    /** Every certificate of the chain must be known to be good. */
    STRICT,
    /** The same for those that say where to ask. */
    IFURI,
    /** Only what is known to be revoked is refused. */
    RELAXED
  }

  public RevocationPolicy {
    hosts = Set.copyOf(hosts);
  }
}
