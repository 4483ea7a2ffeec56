package io.keyway.api.sa;

import java.util.OptionalLong;

/**
 * What a data plane counted. A counter that it does not keep is absent, never 0.
 *
 * @param packets packets processed
 * @param bytes octets of inner packets
 * @param lastUseSeconds Unix time of the last packet
 */
public record Usage(OptionalLong packets, OptionalLong bytes, OptionalLong lastUseSeconds) {

  /** Nothing is counted. */
  public static final Usage ABSENT =
      new Usage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  public static Usage of(long packets, long bytes) {
    return new Usage(OptionalLong.of(packets), OptionalLong.of(bytes), OptionalLong.empty());
  }

  /** Sum, where a counter is absent only if it is absent in both. */
  public Usage plus(Usage other) {
    return new Usage(
        sum(packets, other.packets),
        sum(bytes, other.bytes),
        lastUseSeconds.isEmpty() || other.lastUseSeconds.isEmpty()
            ? (lastUseSeconds.isPresent() ? lastUseSeconds : other.lastUseSeconds)
            : OptionalLong.of(
                Math.max(lastUseSeconds.getAsLong(), other.lastUseSeconds.getAsLong())));
  }

  private static OptionalLong sum(OptionalLong a, OptionalLong b) {
    return a.isEmpty() && b.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(a.orElse(0) + b.orElse(0));
  }
}
