package io.keyway.ike.engine;

import io.keyway.api.ts.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses that share their first bits, so that the connections of a peer are found by a hash for
 * each length that is in use, and not by a walk over ranges.
 *
 * @param network with zeros behind these bits
 */
record Prefix(InetAddress network, int length) {

  /** The one of this length that an address is in. */
  static Prefix of(InetAddress address, int length) {
    byte[] octets = address.getAddress();
    for (int i = 0; i < octets.length; i++) {
      int kept = Math.min(8, Math.max(0, length - 8 * i));
      octets[i] &= (byte) (0xff00 >> kept);
    }
    return new Prefix(address(octets), length);
  }

  static Prefix host(InetAddress address) {
    return new Prefix(address, 8 * address.getAddress().length);
  }

  boolean isIpv4() {
    return network.getAddress().length == 4;
  }

  /** The fewest that make a range. */
  static List<Prefix> covering(TrafficSelector range) {
    int octets = range.first().getAddress().length;
    BigInteger first = new BigInteger(1, range.first().getAddress());
    BigInteger end = new BigInteger(1, range.last().getAddress()).add(BigInteger.ONE);
    List<Prefix> prefixes = new ArrayList<>();
    while (first.compareTo(end) < 0) {
      int aligned = first.signum() == 0 ? 8 * octets : first.getLowestSetBit();
      int bits = Math.min(aligned, end.subtract(first).bitLength() - 1);
      prefixes.add(new Prefix(address(padded(first, octets)), 8 * octets - bits));
      first = first.add(BigInteger.ONE.shiftLeft(bits));
    }
    return prefixes;
  }

  private static byte[] padded(BigInteger value, int octets) {
    byte[] bytes = new byte[octets];
    byte[] raw = value.toByteArray();
    int count = Math.min(raw.length, octets);
    System.arraycopy(raw, raw.length - count, bytes, octets - count, count);
    return bytes;
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are always an address", e);
    }
  }
}
