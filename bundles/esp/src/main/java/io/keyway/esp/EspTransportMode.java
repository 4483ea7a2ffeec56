package io.keyway.esp;

/**
 * Transport mode on whole IP packets (RFC 4303 section 3.1.1): ESP goes between the IP header and
 * what follows it. Fragments are refused both ways (sections 3.3.4 and 3.4.1).
 */
public final class EspTransportMode {
  private EspTransportMode() {}

  /** Protects the upper-layer part of a packet; the result is the whole IP packet. */
  public static SealResult encapsulate(EspSender sa, byte[] packet) {
    IpPacket ip;
    try {
      ip = IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      return new SealResult.Refused(e.getMessage());
    }
    if (ip.fragment()) {
      return new SealResult.Refused("transport mode applies to whole datagrams, not to a fragment");
    }
    SealResult sealed = sa.seal(ip.upper(), ip.protocol());
    if (!(sealed instanceof SealResult.Sealed ok)) {
      return sealed;
    }
    if (packet.length - ip.upper().length + ok.packet().length > 65535) {
      return new SealResult.Refused("the packet would grow beyond 65535 octets");
    }
    return new SealResult.Sealed(ip.withUpper(IpPacket.ESP, ok.packet()).toBytes(), ok.sequence());
  }

  /** Verifies and decrypts an IP packet that carries ESP; the result is the packet as it was. */
  public static OpenResult decapsulate(EspReceiver sa, byte[] packet) {
    IpPacket ip;
    try {
      ip = IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      return new OpenResult.Malformed(e.getMessage());
    }
    if (ip.protocol() != IpPacket.ESP) {
      return new OpenResult.Malformed("protocol " + ip.protocol() + " is not ESP");
    }
    if (ip.fragment()) {
      return new OpenResult.Malformed("a fragment must be reassembled before ESP");
    }
    OpenResult opened = sa.open(ip.upper());
    if (!(opened instanceof OpenResult.Opened ok)) {
      return opened;
    }
    return new OpenResult.Opened(
        ip.withUpper(ok.nextHeader(), ok.content()).toBytes(), ok.nextHeader(), ok.sequence());
  }
}
