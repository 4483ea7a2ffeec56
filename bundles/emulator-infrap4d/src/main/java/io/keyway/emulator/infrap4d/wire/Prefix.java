package io.keyway.emulator.infrap4d.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Addresses behind a port of a wire.
 *
 * @param address first octets of what it covers
 * @param bits how many bits count
 */
public record Prefix(InetAddress address, int bits) {

  /**
   * Reads {@code 10.9.0.1} or {@code 10.9.0.0/24}.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public static Prefix parse(String text) {
    String[] parts = text.trim().split("/", 2);
    // Only literals: a name would be looked up, and nobody expects a wire to ask a name server.
    if (!parts[0].matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      throw new IllegalArgumentException("'" + text + "' is not an IP address or prefix");
    }
    try {
      InetAddress address = InetAddress.getByName(parts[0]);
      int width = address.getAddress().length * 8;
      int bits = parts.length == 1 ? width : Integer.parseInt(parts[1]);
      if (bits < 0 || bits > width) {
        throw new IllegalArgumentException("prefix length in '" + text + "' is not 0 to " + width);
      }
      return new Prefix(address, bits);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not an IP address or prefix", e);
    }
  }

  /** Whether an address of 4 or 16 octets lies within. */
  public boolean contains(byte[] other) {
    byte[] mine = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >>> bit % 8;
      if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }
}
