package io.keyway.api.sa;

import java.util.Objects;

/**
 * Who put an SA or a policy there.
 *
 * @param name stable name of the owning part, such as {@code ike-native} or {@code tunnels}
 * @param instance one life of it; what an earlier instance left can be adopted or flushed
 */
public record Owner(String name, String instance) {
  public Owner {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(instance, "instance");
  }
}
