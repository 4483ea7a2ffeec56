package io.keyway.esp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A checked view of one IPv4 or IPv6 packet: enough of the header for ESP and for a lookup, nothing
 * more. Immutable as long as nobody changes the array.
 */
public final class IpPacket {
  /** Protocol number of ESP. */
  public static final int ESP = 50;

  /** Protocol number of IPv4 inside IP. */
  public static final int IPV4 = 4;

  /** Protocol number of IPv6 inside IP. */
  public static final int IPV6 = 41;

  private static final int FRAGMENT = 44;

  private final byte[] octets;
  private final int upperOffset;
  private final int nextHeaderOffset;
  private final boolean fragment;

  private IpPacket(byte[] octets, int upperOffset, int nextHeaderOffset, boolean fragment) {
    this.octets = octets;
    this.upperOffset = upperOffset;
    this.nextHeaderOffset = nextHeaderOffset;
    this.fragment = fragment;
  }

  /**
   * Checks lengths and finds the upper-layer header. Octets behind the length that the header
   * states (Ethernet padding, traffic flow confidentiality) are cut off.
   *
   * @throws IllegalArgumentException with the reason, when this is not an IP packet
   */
  public static IpPacket parse(byte[] packet) {
    if (packet.length == 0) {
      throw new IllegalArgumentException("an IP packet of 0 octets");
    }
    return switch ((packet[0] & 0xF0) >>> 4) {
      case 4 -> parseV4(packet);
      case 6 -> parseV6(packet);
      default ->
          throw new IllegalArgumentException(
              "IP version " + ((packet[0] & 0xF0) >>> 4) + " is neither 4 nor 6");
    };
  }

  private static IpPacket parseV4(byte[] packet) {
    int header = (packet[0] & 0x0F) * 4;
    if (header < 20 || packet.length < header) {
      throw new IllegalArgumentException(
          "IPv4 header length " + header + " in a packet of " + packet.length + " octets");
    }
    int total = u16(packet, 2);
    if (total < header || total > packet.length) {
      throw new IllegalArgumentException(
          "IPv4 total length " + total + " in a packet of " + packet.length + " octets");
    }
    if (checksum(packet, header) != 0) {
      throw new IllegalArgumentException("IPv4 header checksum is wrong");
    }
    byte[] exact = total == packet.length ? packet : Arrays.copyOf(packet, total);
    return new IpPacket(exact, header, 9, (u16(packet, 6) & 0x3FFF) != 0);
  }

  private static IpPacket parseV6(byte[] packet) {
    if (packet.length < 40) {
      throw new IllegalArgumentException("IPv6 packet of " + packet.length + " octets");
    }
    int total = 40 + u16(packet, 4);
    if (total > packet.length) {
      throw new IllegalArgumentException(
          "IPv6 length " + total + " in a packet of " + packet.length + " octets");
    }
    byte[] exact = total == packet.length ? packet : Arrays.copyOf(packet, total);
    int pointer = 6;
    int at = 40;
    boolean fragment = false;
    // ESP goes behind hop-by-hop, routing and fragment headers (RFC 4303 section 3.1.1).
    while (exact[pointer] == 0 || exact[pointer] == 43 || exact[pointer] == FRAGMENT) {
      boolean isFragment = exact[pointer] == FRAGMENT;
      if (at + 8 > total) {
        throw new IllegalArgumentException("IPv6 extension header runs past the packet");
      }
      fragment |= isFragment;
      pointer = at;
      at += isFragment ? 8 : ((exact[at + 1] & 0xFF) + 1) * 8;
      if (at > total) {
        throw new IllegalArgumentException("IPv6 extension header runs past the packet");
      }
    }
    return new IpPacket(exact, at, pointer, fragment);
  }

  /**
   * Builds an IPv4 packet without options, its checksum computed.
   *
   * @param tos DSCP and ECN
   * @param dontFragment the DF bit
   */
  public static IpPacket ofV4(
      byte[] source,
      byte[] destination,
      int protocol,
      int tos,
      int ttl,
      boolean dontFragment,
      byte[] payload) {
    if (source.length != 4 || destination.length != 4) {
      throw new IllegalArgumentException("IPv4 addresses have 4 octets");
    }
    if (payload.length > 65515) {
      throw new IllegalArgumentException("a payload of " + payload.length + " octets in IPv4");
    }
    byte[] packet = new byte[20 + payload.length];
    packet[0] = 0x45;
    packet[1] = (byte) tos;
    putU16(packet, 2, packet.length);
    packet[6] = (byte) (dontFragment ? 0x40 : 0);
    packet[8] = (byte) ttl;
    packet[9] = (byte) protocol;
    System.arraycopy(source, 0, packet, 12, 4);
    System.arraycopy(destination, 0, packet, 16, 4);
    System.arraycopy(payload, 0, packet, 20, payload.length);
    putU16(packet, 10, checksum(packet, 20));
    return new IpPacket(packet, 20, 9, false);
  }

  /** Builds an IPv6 packet without extension headers. */
  public static IpPacket ofV6(
      byte[] source,
      byte[] destination,
      int nextHeader,
      int trafficClass,
      int hopLimit,
      byte[] payload) {
    if (source.length != 16 || destination.length != 16) {
      throw new IllegalArgumentException("IPv6 addresses have 16 octets");
    }
    if (payload.length > 65535) {
      throw new IllegalArgumentException("a payload of " + payload.length + " octets in IPv6");
    }
    byte[] packet = new byte[40 + payload.length];
    packet[0] = (byte) (0x60 | trafficClass >>> 4);
    packet[1] = (byte) (trafficClass << 4);
    putU16(packet, 4, payload.length);
    packet[6] = (byte) nextHeader;
    packet[7] = (byte) hopLimit;
    System.arraycopy(source, 0, packet, 8, 16);
    System.arraycopy(destination, 0, packet, 24, 16);
    System.arraycopy(payload, 0, packet, 40, payload.length);
    return new IpPacket(packet, 40, 6, false);
  }

  /**
   * The same headers with another upper-layer protocol and payload; lengths and checksum follow.
   */
  IpPacket withUpper(int protocol, byte[] payload) {
    byte[] packet = Arrays.copyOf(octets, upperOffset + payload.length);
    System.arraycopy(payload, 0, packet, upperOffset, payload.length);
    packet[nextHeaderOffset] = (byte) protocol;
    if (version() == 4) {
      putU16(packet, 2, packet.length);
      putU16(packet, 10, 0);
      putU16(packet, 10, checksum(packet, upperOffset));
    } else {
      putU16(packet, 4, packet.length - 40);
    }
    return new IpPacket(packet, upperOffset, nextHeaderOffset, fragment);
  }

  /** A copy with other ECN bits. */
  IpPacket withEcn(int ecn) {
    byte[] packet = octets.clone();
    if (version() == 4) {
      packet[1] = (byte) (packet[1] & ~3 | ecn);
      putU16(packet, 10, 0);
      putU16(packet, 10, checksum(packet, (packet[0] & 0x0F) * 4));
    } else {
      packet[1] = (byte) (packet[1] & ~0x30 | ecn << 4);
    }
    return new IpPacket(packet, upperOffset, nextHeaderOffset, fragment);
  }

  /** 4 or 6. */
  public int version() {
    return (octets[0] & 0xF0) >>> 4;
  }

  /** Protocol number of what {@link #upper()} holds. */
  public int protocol() {
    return octets[nextHeaderOffset] & 0xFF;
  }

  /** DSCP and ECN octet (traffic class in IPv6). */
  public int tos() {
    return version() == 4 ? octets[1] & 0xFF : (octets[0] & 0x0F) << 4 | (octets[1] & 0xFF) >>> 4;
  }

  /** DF of IPv4; IPv6 is never fragmented on the way. */
  public boolean dontFragment() {
    return version() == 6 || (octets[6] & 0x40) != 0;
  }

  /** True for every fragment, the first one too. */
  public boolean fragment() {
    return fragment;
  }

  /** Source address, 4 or 16 octets. */
  public byte[] source() {
    return version() == 4 ? Arrays.copyOfRange(octets, 12, 16) : Arrays.copyOfRange(octets, 8, 24);
  }

  /** Destination address, 4 or 16 octets. */
  public byte[] destination() {
    return version() == 4 ? Arrays.copyOfRange(octets, 16, 20) : Arrays.copyOfRange(octets, 24, 40);
  }

  /** What follows the IP headers. */
  public byte[] upper() {
    return Arrays.copyOfRange(octets, upperOffset, octets.length);
  }

  /** The whole packet; a copy. */
  public byte[] toBytes() {
    return octets.clone();
  }

  /** Octets of the whole packet. */
  public int length() {
    return octets.length;
  }

  /** Addresses and protocol, for messages. */
  @Override
  public String toString() {
    return address(source()) + " -> " + address(destination()) + " protocol " + protocol();
  }

  private static String address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + octets.length + " octets", e);
    }
  }

  private static int u16(byte[] b, int at) {
    return (b[at] & 0xFF) << 8 | b[at + 1] & 0xFF;
  }

  private static void putU16(byte[] b, int at, int value) {
    b[at] = (byte) (value >>> 8);
    b[at + 1] = (byte) value;
  }

  /** The Internet checksum of an IPv4 header; 0 when the stored one is right. */
  private static int checksum(byte[] packet, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += u16(packet, i);
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    sum = (sum & 0xFFFF) + (sum >>> 16);
    return ~sum & 0xFFFF;
  }
}
