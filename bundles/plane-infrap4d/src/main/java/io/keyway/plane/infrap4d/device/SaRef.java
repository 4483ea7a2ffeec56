package io.keyway.plane.infrap4d.device;

import io.keyway.api.sa.Direction;

/**
 * What identifies an SA on the device.
 *
 * @param index {@code offload-id}, 24 bits; the same for both halves of a pair
 */
public record SaRef(long index, Direction direction) {

  /** The device's index space. */
  public static final int INDEX_BITS = 24;

  public SaRef {
    if (index <= 0 || index >= 1L << INDEX_BITS) {
      throw new IllegalArgumentException("index " + index + " is not in 1..2^24-1");
    }
  }

  @Override
  public String toString() {
    return "SA " + index + " " + (direction == Direction.INBOUND ? "inbound" : "outbound");
  }
}
