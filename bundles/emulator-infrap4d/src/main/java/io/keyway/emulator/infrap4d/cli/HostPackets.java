package io.keyway.emulator.infrap4d.cli;

import com.google.protobuf.ByteString;
import io.keyway.emulator.v1.InjectRequest;
import io.keyway.esp.IpPacket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** IPv4 packets as a host behind the device sends them. */
final class HostPackets {
  private static final int UDP = 17;
  private static final int TTL = 64;
  private static final short DISCARD_PORT = 9;

  private HostPackets() {}

  static InjectRequest request(Words words) {
    byte[] source = address("the source", words.need("the source"));
    byte[] destination = address("the destination", words.need("the destination"));
    int protocol = words.number("protocol", UDP);
    if (protocol > 255) {
      throw new IllegalArgumentException("--protocol is " + protocol + ", not in 0 to 255");
    }
    byte[] text = words.option("text").orElse("keyway").getBytes(StandardCharsets.UTF_8);
    int count = words.number("count", 1);
    InjectRequest.Builder request = InjectRequest.newBuilder().setUnderlay(words.flag("underlay"));
    byte[] upper = protocol == UDP ? udp(text) : text;
    for (int i = 0; i < count; i++) {
      request.addPackets(
          ByteString.copyFrom(
              IpPacket.ofV4(source, destination, protocol, 0, TTL, false, upper).toBytes()));
    }
    return request.build();
  }

  /** Without a checksum, which IPv4 allows. */
  private static byte[] udp(byte[] payload) {
    return ByteBuffer.allocate(8 + payload.length)
        .putShort(DISCARD_PORT)
        .putShort(DISCARD_PORT)
        .putShort((short) (8 + payload.length))
        .putShort((short) 0)
        .put(payload)
        .array();
  }

  /** Digits only: nobody is asked for names. */
  private static byte[] address(String what, String text) {
    String[] parts = text.split("\\.", -1);
    byte[] octets = new byte[4];
    try {
      for (int i = 0; i < parts.length; i++) {
        int octet = Integer.parseInt(parts[i]);
        if (parts.length != 4 || octet < 0 || octet > 255) {
          throw new IllegalArgumentException(what + " '" + text + "' is not an IPv4 address");
        }
        octets[i] = (byte) octet;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " '" + text + "' is not an IPv4 address", e);
    }
    return octets;
  }
}
