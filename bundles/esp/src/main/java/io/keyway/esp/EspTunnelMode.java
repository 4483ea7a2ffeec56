package io.keyway.esp;

import java.net.InetAddress;

/**
 * Tunnel mode on whole IP packets (RFC 4303 section 3.1.2, RFC 4301 section 5.1.2): the inner
 * packet is carried unchanged behind an outer header that copies DSCP, DF and, by RFC 6040, ECN.
 */
public final class EspTunnelMode {
  private static final int TTL = 64;
  private static final int CE = 3;

  private EspTunnelMode() {}

  /** Wraps a packet between two tunnel ends of one address family. */
  public static SealResult encapsulate(
      EspSender sa, InetAddress source, InetAddress destination, byte[] packet) {
    IpPacket inner;
    try {
      inner = IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      return new SealResult.Refused(e.getMessage());
    }
    SealResult sealed =
        sa.seal(inner.toBytes(), inner.version() == 4 ? IpPacket.IPV4 : IpPacket.IPV6);
    if (!(sealed instanceof SealResult.Sealed ok)) {
      return sealed;
    }
    byte[] from = source.getAddress();
    byte[] to = destination.getAddress();
    IpPacket outer =
        from.length == 4
            ? IpPacket.ofV4(
                from, to, IpPacket.ESP, inner.tos(), TTL, inner.dontFragment(), ok.packet())
            : IpPacket.ofV6(from, to, IpPacket.ESP, inner.tos(), TTL, ok.packet());
    return new SealResult.Sealed(outer.toBytes(), ok.sequence());
  }

  /** Verifies and decrypts a tunnel packet; the result is the inner packet. */
  public static OpenResult decapsulate(EspReceiver sa, byte[] packet) {
    IpPacket outer;
    try {
      outer = IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      return new OpenResult.Malformed(e.getMessage());
    }
    if (outer.protocol() != IpPacket.ESP || outer.fragment()) {
      return new OpenResult.Malformed("not a whole ESP packet: " + outer);
    }
    OpenResult opened = sa.open(outer.upper());
    if (!(opened instanceof OpenResult.Opened ok)) {
      return opened;
    }
    if (ok.nextHeader() != IpPacket.IPV4 && ok.nextHeader() != IpPacket.IPV6) {
      return new OpenResult.Malformed(
          "next header " + ok.nextHeader() + " in a tunnel is neither IPv4 nor IPv6");
    }
    IpPacket inner;
    try {
      // Traffic flow confidentiality padding falls off here (RFC 4303 section 2.7).
      inner = IpPacket.parse(ok.content());
    } catch (IllegalArgumentException e) {
      return new OpenResult.Malformed("inner packet: " + e.getMessage());
    }
    if (inner.version() != (ok.nextHeader() == IpPacket.IPV4 ? 4 : 6)) {
      return new OpenResult.Malformed(
          "next header "
              + ok.nextHeader()
              + " announces another IP version than "
              + inner.version());
    }
    int outerEcn = outer.tos() & 3;
    int innerEcn = inner.tos() & 3;
    if (outerEcn == CE && innerEcn == 0) {
      // RFC 6040 section 4.2: congestion cannot be told to a packet that does not speak ECN.
      return new OpenResult.Malformed("congestion mark on a packet without ECN");
    }
    IpPacket delivered = outerEcn == CE && innerEcn != CE ? inner.withEcn(CE) : inner;
    return new OpenResult.Opened(delivered.toBytes(), ok.nextHeader(), ok.sequence());
  }
}
