package io.keyway.emulator.infrap4d.wire;

import io.keyway.emulator.infrap4d.pipeline.Ethernet;
import io.keyway.esp.IpPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Ethernet frames around IKE datagrams, as they would have looked on a wire. */
final class IkeFrames {
  private static final int UDP = 17;

  private IkeFrames() {}

  static byte[] frame(
      InetSocketAddress source, InetSocketAddress destination, boolean marker, byte[] payload) {
    byte[] from = source.getAddress().getAddress();
    byte[] to = destination.getAddress().getAddress();
    int markerOctets = marker ? 4 : 0;
    ByteBuffer udp = ByteBuffer.allocate(8 + markerOctets + payload.length);
    udp.putShort((short) source.getPort());
    udp.putShort((short) destination.getPort());
    udp.putShort((short) udp.capacity());
    // Checksum 0: not computed (RFC 768); a capture of loopback shows no better.
    udp.putShort((short) 0);
    udp.position(8 + markerOctets);
    udp.put(payload);
    IpPacket packet =
        from.length == 4
            ? IpPacket.ofV4(from, to, UDP, 0, 64, false, udp.array())
            : IpPacket.ofV6(from, to, UDP, 0, 64, udp.array());
    return Ethernet.frame(packet.toBytes(), from, to);
  }
}
