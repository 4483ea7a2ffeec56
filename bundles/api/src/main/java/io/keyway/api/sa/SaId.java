package io.keyway.api.sa;

import java.net.InetAddress;
import java.util.Objects;

/**
 * One SA on one data plane.
 *
 * @param plane name of the data plane
 * @param direction inbound or outbound
 * @param spi our SPI for inbound, the peer's for outbound
 * @param destination outer destination address of its packets
 * @param index the plane's number of the pair, from the {@link SpiLease} of the inbound SPI
 */
public record SaId(
    String plane, Direction direction, Spi spi, InetAddress destination, long index) {
  public SaId {
    Objects.requireNonNull(plane, "plane");
    Objects.requireNonNull(direction, "direction");
    Objects.requireNonNull(spi, "spi");
    Objects.requireNonNull(destination, "destination");
  }

  @Override
  public String toString() {
    return plane + ":" + direction.name().toLowerCase(java.util.Locale.ROOT) + ":" + spi;
  }
}
