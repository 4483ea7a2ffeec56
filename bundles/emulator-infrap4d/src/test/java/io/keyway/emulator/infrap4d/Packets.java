package io.keyway.emulator.infrap4d;

import io.keyway.esp.IpPacket;
import java.nio.charset.StandardCharsets;

/** Packets of hosts. */
final class Packets {
  private Packets() {}

  /** A UDP datagram from port 7 to port 9 without checksum. */
  static byte[] udp(String source, String destination, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    byte[] udp = new byte[8 + payload.length];
    udp[1] = 7;
    udp[3] = 9;
    udp[4] = (byte) (udp.length >>> 8);
    udp[5] = (byte) udp.length;
    System.arraycopy(payload, 0, udp, 8, payload.length);
    return of(source, destination, 17, udp);
  }

  static byte[] of(String source, String destination, int protocol, byte[] upper) {
    return IpPacket.ofV4(
            RawClient.ip(source).toByteArray(),
            RawClient.ip(destination).toByteArray(),
            protocol,
            0,
            64,
            false,
            upper)
        .toBytes();
  }

  static String text(byte[] packet) {
    byte[] udp = IpPacket.parse(packet).upper();
    return new String(udp, 8, udp.length - 8, StandardCharsets.UTF_8);
  }
}
