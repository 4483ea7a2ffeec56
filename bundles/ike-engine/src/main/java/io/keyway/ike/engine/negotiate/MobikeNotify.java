package io.keyway.ike.engine.negotiate;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The notifications of MOBIKE (RFC 4555 section 4). */
public final class MobikeNotify {
  /** More addresses than anybody has; the rest is not looked at. */
  public static final int MAX_ADDRESSES = 16;

  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  /** RFC 4555 section 4.2.5. */
  private static final int SHORTEST_COOKIE = 8;

  private static final int LONGEST_COOKIE = 64;

  private MobikeNotify() {}

  /** ADDITIONAL_IP4_ADDRESS and ADDITIONAL_IP6_ADDRESS (section 4.2.2). */
  public static List<Payload> additional(Collection<InetAddress> addresses) {
    List<Payload> payloads = new ArrayList<>();
    for (InetAddress address : addresses) {
      byte[] octets = address.getAddress();
      payloads.add(
          NotifyPayload.of(
              octets.length == IPV4
                  ? NotifyType.ADDITIONAL_IP4_ADDRESS
                  : NotifyType.ADDITIONAL_IP6_ADDRESS,
              Octets.copyOf(octets)));
    }
    return payloads;
  }

  /** The whole set, as a request of its own: that there are none is said, too (section 4.2.3). */
  public static List<Payload> whole(Collection<InetAddress> addresses) {
    return addresses.isEmpty()
        ? List.of(NotifyPayload.of(NotifyType.NO_ADDITIONAL_ADDRESSES))
        : additional(addresses);
  }

  /** Whether a request tells the sender's additional addresses. */
  public static boolean tells(IkeMessage message) {
    return message.has(NotifyType.ADDITIONAL_IP4_ADDRESS)
        || message.has(NotifyType.ADDITIONAL_IP6_ADDRESS)
        || message.has(NotifyType.NO_ADDITIONAL_ADDRESSES);
  }

  /** The sender's additional addresses; what cannot be an address of a host is left out. */
  public static List<InetAddress> read(IkeMessage message) {
    List<InetAddress> addresses = new ArrayList<>();
    for (NotifyPayload notify : message.all(NotifyPayload.class)) {
      boolean fits =
          notify.type() == NotifyType.ADDITIONAL_IP4_ADDRESS && notify.data().length() == IPV4
              || notify.type() == NotifyType.ADDITIONAL_IP6_ADDRESS
                  && notify.data().length() == IPV6;
      if (fits && addresses.size() < MAX_ADDRESSES) {
        InetAddress address = address(notify.data());
        if (isUsable(address) && !addresses.contains(address)) {
          addresses.add(address);
        }
      }
    }
    return List.copyOf(addresses);
  }

  /** Whether an address may be one of a peer. */
  public static boolean isUsable(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && !address.isLinkLocalAddress();
  }

  private static InetAddress address(Octets octets) {
    try {
      return InetAddress.getByAddress(octets.toArray());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the length was looked at", e);
    }
  }

  /**
   * NO_NATS_ALLOWED (section 4.2.6): both addresses, then both ports, as the sender knows them.
   *
   * @param source of the packet
   */
  public static NotifyPayload noNats(InetSocketAddress source, InetSocketAddress destination) {
    return NotifyPayload.of(NotifyType.NO_NATS_ALLOWED, endpoints(source, destination));
  }

  /** Whether somebody rewrote addresses or ports of a message that allows no NAT. */
  public static boolean isRewritten(
      IkeMessage message, InetSocketAddress source, InetSocketAddress destination) {
    return message
        .notification(NotifyType.NO_NATS_ALLOWED)
        .filter(n -> !n.data().equals(endpoints(source, destination)))
        .isPresent();
  }

  private static Octets endpoints(InetSocketAddress source, InetSocketAddress destination) {
    byte[] from = source.getAddress().getAddress();
    byte[] to = destination.getAddress().getAddress();
    ByteBuffer data = ByteBuffer.allocate(from.length + to.length + 4);
    data.put(from).put(to).putShort((short) source.getPort());
    return Octets.copyOf(data.putShort((short) destination.getPort()).array());
  }

  /** COOKIE2, which the answer to a request repeats (section 3.7); empty when it has none. */
  public static Optional<NotifyPayload> cookie(IkeMessage message) {
    return message
        .notification(NotifyType.COOKIE2)
        .filter(n -> n.data().length() >= SHORTEST_COOKIE && n.data().length() <= LONGEST_COOKIE);
  }
}
