package io.keyway.api.ts;

import java.util.Objects;

/**
 * What a policy selects, seen from our side: our addresses and the peer's. An outbound packet has
 * its source in {@code local} and its destination in {@code remote}; an inbound one the other way.
 */
public record SelectorPair(TrafficSelector local, TrafficSelector remote) {

  public SelectorPair {
    Objects.requireNonNull(local, "local");
    Objects.requireNonNull(remote, "remote");
    if (local.isIpv4() != remote.isIpv4()) {
      throw new IllegalArgumentException(
          "selectors of two families cannot meet: " + local + " and " + remote);
    }
  }

  @Override
  public String toString() {
    return local + " === " + remote;
  }
}
