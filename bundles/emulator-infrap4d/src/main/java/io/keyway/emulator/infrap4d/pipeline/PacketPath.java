package io.keyway.emulator.infrap4d.pipeline;

import com.google.protobuf.ByteString;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.program.Row;
import io.keyway.esp.EspTransportMode;
import io.keyway.esp.IpPacket;
import io.keyway.esp.OpenResult;
import io.keyway.esp.SealResult;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * The way of a packet through the tables, both directions. It decides by rows and SAs alone;
 * without a row everything passes in clear, because the program's default is NoAction. Guarded by
 * the device.
 */
final class PacketPath {
  private static final int TTL = 64;

  private final Map<String, MatchTable> tables;
  private final Sad sad;
  private final Counters counters;
  private final long capture;
  private final Effects effects;

  PacketPath(
      Map<String, MatchTable> tables, Sad sad, Counters counters, long capture, Effects effects) {
    this.tables = tables;
    this.sad = sad;
    this.counters = counters;
    this.capture = capture;
    this.effects = effects;
  }

  /** Host to wire. */
  Verdict transmit(byte[] packet, boolean underlay) {
    counters.count(Counter.HOST_PACKETS);
    IpPacket ip;
    try {
      ip = IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      return dropped(Counter.TX_MALFORMED, e.getMessage());
    }
    if (ip.version() != 4) {
      // The tables match IPv4 only; everything else is none of their business.
      return clear(ip);
    }
    ByteString destination = ByteString.copyFrom(ip.destination());
    ByteString protocol = octet(ip.protocol());
    Row policy =
        lookup(
            LinuxNetworking.SPD,
            Map.of(
                LinuxNetworking.FIELD_DST_IP, destination,
                LinuxNetworking.FIELD_PROTOCOL, protocol));
    if (policy != null) {
      policy.hit(ip.length());
      if (policy.action().name().equals(LinuxNetworking.BYPASS)) {
        counters.count(Counter.BYPASS_OUT_PACKETS);
        return clear(ip);
      }
    }
    Row classification =
        lookup(
            LinuxNetworking.TX_SA_CLASSIFICATION,
            Map.of(
                LinuxNetworking.FIELD_DST_IP, destination,
                LinuxNetworking.FIELD_PROTOCOL, protocol,
                LinuxNetworking.FIELD_IS_TUNNEL, octet(underlay ? 1 : 0)));
    if (classification == null) {
      return clear(ip);
    }
    classification.hit(ip.length());
    String action = classification.action().name();
    return switch (action) {
      case LinuxNetworking.DROP -> {
        counters.count(Counter.HELD_PACKETS);
        yield Verdict.HELD;
      }
      case LinuxNetworking.TX_TRANSPORT, LinuxNetworking.TX_TRANSPORT_UNDERLAY ->
          protect(ip, ip, policy);
      case LinuxNetworking.TX_TUNNEL -> tunnel(ip, policy);
      case "NoAction" -> clear(ip);
      default -> dropped(Counter.TX_NO_TUNNEL, "the emulator has no action " + action);
    };
  }

  /** saidx of the SPD -> tunnel id -> outer header. */
  private Verdict tunnel(IpPacket inner, Row policy) {
    if (!protects(policy)) {
      return dropped(Counter.TX_NO_SA, "no ipsec_spd row gives the packet an SA index");
    }
    Row tunnel =
        lookup(LinuxNetworking.TUNNEL, Map.of(LinuxNetworking.FIELD_SAIDX, policy.params().get(0)));
    if (tunnel == null || !tunnel.action().name().equals(LinuxNetworking.SET_TUNNEL)) {
      return dropped(
          Counter.TX_NO_TUNNEL, "no ipsec_tunnel_table row for SA index " + policy.number(0));
    }
    Row encap =
        lookup(
            LinuxNetworking.TUNNEL_ENCAP_MOD,
            Map.of(LinuxNetworking.FIELD_MOD_BLOB_PTR, tunnel.params().get(0)));
    if (encap == null || !encap.action().name().equals(LinuxNetworking.ENCAP_MOD)) {
      return dropped(
          Counter.TX_NO_TUNNEL,
          "no ipsec_tunnel_encap_mod_table row for tunnel id " + tunnel.number(0));
    }
    if (inner.length() + 20 > 65535) {
      return dropped(Counter.TX_MALFORMED, "the packet would grow beyond 65535 octets");
    }
    IpPacket outer =
        IpPacket.ofV4(
            encap.params().get(0).toByteArray(),
            encap.params().get(1).toByteArray(),
            (int) encap.number(2),
            inner.tos(),
            TTL,
            inner.dontFragment(),
            inner.toBytes());
    return protect(inner, outer, policy);
  }

  /** The crypto engine: transport-mode ESP on whatever the tables made of the packet. */
  private Verdict protect(IpPacket original, IpPacket packet, Row policy) {
    if (!protects(policy)) {
      return dropped(Counter.TX_NO_SA, "no ipsec_spd row gives the packet an SA index");
    }
    SaEntry sa = sad.lookup(policy.number(0), false);
    if (sa == null) {
      return dropped(Counter.TX_NO_SA, "the SAD has no outbound SA " + policy.number(0));
    }
    if (sa.hardReached()) {
      return dropped(Counter.TX_EXPIRED, "SA " + policy.number(0) + " is past its hard limit");
    }
    SealResult result = EspTransportMode.encapsulate(sa.sender(), packet.toBytes());
    if (result instanceof SealResult.SequenceExhausted) {
      return dropped(Counter.TX_SEQUENCE_EXHAUSTED, "the sequence number has reached its end");
    }
    if (result instanceof SealResult.Refused refused) {
      return dropped(Counter.TX_MALFORMED, refused.reason());
    }
    byte[] sealed = ((SealResult.Sealed) result).packet();
    noteKey(sa, packet.source(), packet.destination());
    effects.transmit(Ethernet.frame(sealed, packet.source(), packet.destination()));
    counters.count(Counter.PROTECTED_PACKETS);
    counters.add(Counter.PROTECTED_BYTES, original.length());
    used(sa, original.length(), packet.destination());
    return Verdict.PROTECTED;
  }

  private static boolean protects(Row policy) {
    return policy != null && policy.action().name().equals(LinuxNetworking.PROTECT);
  }

  private Verdict clear(IpPacket ip) {
    counters.count(Counter.CLEAR_OUT_PACKETS);
    counters.add(Counter.CLEAR_OUT_BYTES, ip.length());
    effects.transmit(Ethernet.frame(ip.toBytes(), ip.source(), ip.destination()));
    return Verdict.CLEAR;
  }

  private Verdict dropped(Counter counter, String reason) {
    counters.count(counter);
    return Verdict.dropped(reason);
  }

  /** Wire to host. */
  void receive(byte[] frame) {
    counters.count(Counter.WIRE_FRAMES);
    byte[] packet = Ethernet.ipPacket(frame);
    IpPacket ip;
    try {
      ip = packet == null ? null : IpPacket.parse(packet);
    } catch (IllegalArgumentException e) {
      ip = null;
    }
    if (ip == null) {
      counters.count(Counter.RX_MALFORMED);
      return;
    }
    if (ip.protocol() != IpPacket.ESP || ip.version() != 4) {
      counters.count(Counter.CLEAR_IN_PACKETS);
      effects.deliver(new Delivered(Delivered.Kind.CLEAR, ip.toBytes(), 0));
      return;
    }
    byte[] esp = ip.upper();
    if (esp.length < 8 || ip.fragment()) {
      counters.count(Counter.RX_MALFORMED);
      return;
    }
    Row row =
        lookup(
            LinuxNetworking.RX_SA_CLASSIFICATION,
            Map.of(
                LinuxNetworking.FIELD_SRC_IP, ByteString.copyFrom(ip.source()),
                LinuxNetworking.FIELD_DST_IP, ByteString.copyFrom(ip.destination()),
                LinuxNetworking.FIELD_SPI, ByteString.copyFrom(esp, 0, 4)));
    if (row == null || !row.action().name().equals(LinuxNetworking.IPSEC_DECRYPT)) {
      counters.count(Counter.UNKNOWN_SPI);
      effects.deliver(new Delivered(Delivered.Kind.UNKNOWN_ESP, ip.toBytes(), 0));
      return;
    }
    decrypt(ip, row.number(0));
  }

  private void decrypt(IpPacket ip, long index) {
    SaEntry sa = sad.lookup(index, true);
    if (sa == null) {
      counters.count(Counter.RX_NO_SA);
      return;
    }
    if (sa.hardReached()) {
      counters.count(Counter.RX_EXPIRED);
      return;
    }
    OpenResult result = EspTransportMode.decapsulate(sa.receiver(), ip.toBytes());
    Counter failure = failure(result);
    if (failure != null) {
      counters.count(failure);
      return;
    }
    noteKey(sa, ip.source(), ip.destination());
    OpenResult.Opened opened = (OpenResult.Opened) result;
    byte[] content = opened.content();
    if (opened.nextHeader() == IpPacket.IPV4) {
      content = terminated(ip, content);
    }
    used(sa, content == null ? 0 : content.length, ip.destination());
    if (content != null) {
      counters.count(Counter.DECRYPTED_PACKETS);
      counters.add(Counter.DECRYPTED_BYTES, content.length);
      effects.deliver(new Delivered(Delivered.Kind.DECRYPTED, content, sa.config().spi()));
    }
  }

  private static Counter failure(OpenResult result) {
    if (result instanceof OpenResult.IntegrityFailure) {
      return Counter.INTEGRITY_FAILURES;
    }
    if (result instanceof OpenResult.Replayed) {
      return Counter.REPLAYED_PACKETS;
    }
    if (result instanceof OpenResult.WrongSpi) {
      return Counter.RX_NO_SA;
    }
    if (result instanceof OpenResult.Dummy) {
      return Counter.DUMMY_PACKETS;
    }
    return result instanceof OpenResult.Malformed ? Counter.RX_MALFORMED : null;
  }

  /** The inner packet, or null when no row ends this tunnel here. */
  private byte[] terminated(IpPacket outer, byte[] decrypted) {
    Row row =
        lookup(
            LinuxNetworking.TUNNEL_TERM,
            Map.of(
                LinuxNetworking.FIELD_TERM_SRC, ByteString.copyFrom(outer.source()),
                LinuxNetworking.FIELD_TERM_DST, ByteString.copyFrom(outer.destination())));
    if (row == null || !row.action().name().equals(LinuxNetworking.DECAP_TUNNEL)) {
      counters.count(Counter.NOT_TERMINATED);
      return null;
    }
    try {
      return IpPacket.parse(IpPacket.parse(decrypted).upper()).toBytes();
    } catch (IllegalArgumentException e) {
      counters.count(Counter.RX_MALFORMED);
      return null;
    }
  }

  private void used(SaEntry sa, int octets, byte[] destination) {
    switch (sa.use(octets)) {
      case SOFT -> effects.expire(new ExpireEvent(sa.config().spi(), true, address(destination)));
      case HARD -> effects.expire(new ExpireEvent(sa.config().spi(), false, address(destination)));
      case NONE -> {}
    }
  }

  private void noteKey(SaEntry sa, byte[] source, byte[] destination) {
    if (capture != 0 && sa.firstFor(capture)) {
      effects.key(
          new KeyUse(source, destination, sa.config().spi(), sa.suite(), sa.config().key().copy()));
    }
  }

  private Row lookup(String table, Map<String, ByteString> values) {
    MatchTable found = tables.get(table);
    return found == null ? null : found.lookup(values);
  }

  private static ByteString octet(int value) {
    return ByteString.copyFrom(new byte[] {(byte) value});
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an IP header without address", e);
    }
  }
}
