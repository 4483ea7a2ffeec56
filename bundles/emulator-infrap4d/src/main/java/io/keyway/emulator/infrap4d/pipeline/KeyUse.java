package io.keyway.emulator.infrap4d.pipeline;

import io.keyway.api.key.SecretBytes;
import io.keyway.esp.EspSuite;

/**
 * An SA that protects packets between two addresses, for whoever writes keys beside a capture.
 *
 * @param source outer source, 4 octets
 * @param destination outer destination, 4 octets
 * @param key encryption key and salt; ownership passes
 */
public record KeyUse(byte[] source, byte[] destination, int spi, EspSuite suite, SecretBytes key) {

  /** Never the key. */
  @Override
  public String toString() {
    return "KeyUse[SPI " + Integer.toHexString(spi) + "]";
  }
}
