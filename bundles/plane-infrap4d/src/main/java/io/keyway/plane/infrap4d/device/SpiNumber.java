package io.keyway.plane.infrap4d.device;

import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;

/** What {@code rx-spi} answers: never an error, but numbers that are none. */
final class SpiNumber {

  /** What the public client takes for "no SPI"; the first number outside the index space. */
  private static final long INVALID_SA = 0x1000000;

  private SpiNumber() {}

  /**
   * The SPI as it stands on the wire.
   *
   * @throws DeviceException when the number is none, with the likely cause
   */
  static long spi(long number, Infrap4dSettings settings) throws DeviceException {
    if (number == 0) {
      throw new DeviceException(
          Kind.REFUSED,
          "infrap4d at "
              + settings.gnmi()
              + " has no SPI for us (it answered 0): is the pipeline set, and the fixed function"
              + " 'crypto' configured in es2k_skip_p4.conf?");
    }
    if (number == INVALID_SA || number < 0 || number > 0xFFFF_FFFFL) {
      throw new DeviceException(
          Kind.REFUSED,
          "infrap4d at "
              + settings.gnmi()
              + " gave "
              + Long.toUnsignedString(number)
              + ", which is no SPI; is it an E2100?");
    }
    int bits = (int) number;
    return Integer.toUnsignedLong(
        settings.quirks().spiSwapped() ? Integer.reverseBytes(bits) : bits);
  }
}
