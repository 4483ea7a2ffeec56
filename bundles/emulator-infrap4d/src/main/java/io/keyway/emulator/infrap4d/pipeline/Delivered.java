package io.keyway.emulator.infrap4d.pipeline;

/**
 * A packet for the host.
 *
 * @param packet a whole IP packet
 * @param spi of the SA that decrypted it, else 0
 */
public record Delivered(Kind kind, byte[] packet, int spi) {

  /** How it came. */
  public enum Kind {
    DECRYPTED,
    CLEAR,
    UNKNOWN_ESP
  }
}
