package io.keyway.it.kit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** UDP over IPv4, as the host behind a device would send it. */
public final class Datagrams {

  private static final int IP_HEADER = 20;
  private static final int UDP_HEADER = 8;

  private Datagrams() {}

  /** Numbered packets: the payload is {@code #N } and the text. */
  public static List<byte[]> numbered(Site from, Site to, String text, int count) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      packets.add(udp(from.host(), to.host(), "#" + i + " " + text));
    }
    return packets;
  }

  private static byte[] udp(String source, String destination, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    int length = IP_HEADER + UDP_HEADER + payload.length;
    ByteBuffer packet = ByteBuffer.allocate(length);
    packet.putShort((short) 0x4500).putShort((short) length).putInt(0).put((byte) 64);
    packet.put((byte) 17).putShort((short) 0).put(address(source)).put(address(destination));
    packet.putShort(10, (short) ~sum(packet.array(), IP_HEADER));
    packet.putShort((short) 40000).putShort((short) 40000);
    // A UDP checksum of 0 means that there is none (RFC 768).
    packet.putShort((short) (UDP_HEADER + payload.length)).putShort((short) 0).put(payload);
    return packet.array();
  }

  /** The text that a delivered packet carries. */
  public static String text(byte[] packet) {
    byte[] payload = Arrays.copyOfRange(packet, IP_HEADER + UDP_HEADER, packet.length);
    return new String(payload, StandardCharsets.UTF_8);
  }

  private static int sum(byte[] octets, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += (octets[i] & 0xFF) << 8 | octets[i + 1] & 0xFF;
    }
    return (sum & 0xFFFF) + (sum >>> 16);
  }

  private static byte[] address(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
