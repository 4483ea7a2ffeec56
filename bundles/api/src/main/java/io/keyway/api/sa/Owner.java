package io.keyway.api.sa;

import java.util.Objects;

/**
 * Who put an SA or a policy there.
 *
 * @param name stable name of the owning part, such as {@code ike-native} or {@code tunnels}
 * @param instance one life of it; what an earlier instance left can be adopted or flushed
 */
public record Owner(String name, String instance) {

  /**
   * Name of the owner of SAs whose keys people chose. A negotiated key is new by itself; one of
   * these may be written a second time after any time, so it stays burnt for ever.
   */
  public static final String MANUAL = "manual";

  public Owner {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(instance, "instance");
  }
}
