package io.keyway.api.sa;

import java.util.Objects;

/**
 * An inbound SPI that a data plane gave us, with the index that the pair of SAs will live under.
 *
 * @param plane name of the data plane
 * @param spi the inbound SPI
 * @param index the plane's own number for the pair (on an E2100 the low 24 bits of the SPI)
 * @param generation the life of the plane in which it was given; void in any other
 */
public record SpiLease(String plane, Spi spi, long index, Generation generation) {
  public SpiLease {
    Objects.requireNonNull(plane, "plane");
    Objects.requireNonNull(spi, "spi");
    Objects.requireNonNull(generation, "generation");
  }
}
