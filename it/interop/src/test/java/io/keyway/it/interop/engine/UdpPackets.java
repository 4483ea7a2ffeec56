package io.keyway.it.interop.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** IPv4 packets with UDP and a text inside. */
public final class UdpPackets {

  private static final int HEADERS = 28;

  private UdpPackets() {}

  /** From port 4000 to port 4000, with the header's checksum. */
  public static byte[] of(String from, String to, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer packet = ByteBuffer.allocate(HEADERS + payload.length);
    packet.put((byte) 0x45).put((byte) 0).putShort((short) packet.capacity());
    packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
    packet.put(ip(from)).put(ip(to));
    packet.putShort((short) 4000).putShort((short) 4000);
    packet.putShort((short) (8 + payload.length)).putShort((short) 0).put(payload);
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += packet.getShort(i) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    packet.putShort(10, (short) ~((sum & 0xffff) + (sum >> 16)));
    return packet.array();
  }

  /** The text of such a packet. */
  public static String text(byte[] packet) {
    return new String(Arrays.copyOfRange(packet, HEADERS, packet.length), StandardCharsets.UTF_8);
  }

  private static byte[] ip(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
