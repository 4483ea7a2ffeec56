package io.keyway.emulator.infrap4d.pipeline;

import java.util.Arrays;

/** Ethernet II frames. Addresses are made from IP addresses, so that captures read well. */
public final class Ethernet {
  private static final int HEADER = 14;

  private Ethernet() {}

  /** Wraps an IP packet. */
  public static byte[] frame(byte[] ipPacket, byte[] source, byte[] destination) {
    byte[] frame = new byte[HEADER + ipPacket.length];
    mac(frame, 0, destination);
    mac(frame, 6, source);
    boolean six = (ipPacket[0] & 0xF0) == 0x60;
    frame[12] = (byte) (six ? 0x86 : 0x08);
    frame[13] = (byte) (six ? 0xDD : 0x00);
    System.arraycopy(ipPacket, 0, frame, HEADER, ipPacket.length);
    return frame;
  }

  /** The IP packet in a frame, or null when it carries something else. */
  public static byte[] ipPacket(byte[] frame) {
    if (frame.length <= HEADER) {
      return null;
    }
    int type = (frame[12] & 0xFF) << 8 | frame[13] & 0xFF;
    return type == 0x0800 || type == 0x86DD
        ? Arrays.copyOfRange(frame, HEADER, frame.length)
        : null;
  }

  /** Locally administered, the low octets are those of the address. */
  private static void mac(byte[] frame, int at, byte[] address) {
    frame[at] = 0x02;
    System.arraycopy(address, address.length - 4, frame, at + 2, 4);
  }
}
