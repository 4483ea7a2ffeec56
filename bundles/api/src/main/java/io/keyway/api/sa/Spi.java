package io.keyway.api.sa;

import java.util.HexFormat;

/**
 * A security parameter index as it stands in the ESP header, most significant octet first.
 *
 * @param value 256..2^32-1 as an unsigned number in a long (RFC 4303 section 2.1 reserves 0..255)
 */
public record Spi(long value) {

  public Spi {
    if (value < 256 || value > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("SPI " + value + " is not in 256..4294967295");
    }
  }

  /** From the 32 bits of the wire. */
  public static Spi ofBits(int bits) {
    return new Spi(Integer.toUnsignedLong(bits));
  }

  /** The 32 bits as they go on the wire in network byte order. */
  public int bits() {
    return (int) value;
  }

  /** As {@code 0x%08x}. */
  @Override
  public String toString() {
    return "0x" + HexFormat.of().toHexDigits(bits());
  }
}
