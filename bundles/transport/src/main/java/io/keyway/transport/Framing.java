package io.keyway.transport;

import java.nio.ByteBuffer;

/** What shares a UDP port with IKE, and how the two are told apart (RFC 3948 section 2). */
final class Framing {
  private static final int MARKER_OCTETS = 4;
  private static final byte KEEPALIVE = (byte) 0xff;

  private Framing() {}

  /** What a received datagram is. */
  enum Kind {
    IKE,
    KEEPALIVE,
    ESP,
    SHORT
  }

  /** Classifies; for IKE the buffer is left positioned behind the marker. */
  static Kind classify(ByteBuffer received, boolean marker) {
    if (!marker) {
      return received.hasRemaining() ? Kind.IKE : Kind.SHORT;
    }
    if (received.remaining() == 1 && received.get(received.position()) == KEEPALIVE) {
      return Kind.KEEPALIVE;
    }
    if (received.remaining() <= MARKER_OCTETS) {
      return Kind.SHORT;
    }
    // An SPI is never zero, so four zero octets can only be the marker.
    if (received.getInt(received.position()) != 0) {
      return Kind.ESP;
    }
    received.position(received.position() + MARKER_OCTETS);
    return Kind.IKE;
  }

  /** What goes on the wire. A NAT keepalive, one octet of ones, goes without the marker. */
  static ByteBuffer frame(byte[] octets, boolean marker) {
    if (!marker || (octets.length == 1 && octets[0] == KEEPALIVE)) {
      return ByteBuffer.wrap(octets);
    }
    ByteBuffer framed = ByteBuffer.allocate(MARKER_OCTETS + octets.length);
    framed.putInt(0).put(octets).flip();
    return framed;
  }
}
