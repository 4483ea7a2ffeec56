package io.keyway.ike.engine.sa;

import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.List;

/**
 * Selectors of transport mode through a NAT (RFC 7296 section 2.23.1): each end names its packets
 * by the addresses that it sees, and a NAT lies between. So the address of who is behind it is
 * taken for the one under which IKE reaches him, and given back as it came.
 */
final class TransportNat {
  private TransportNat() {}

  /** Our selectors of a message, as packets here have them. */
  static List<TrafficSelector> ours(IkeSa sa, List<TrafficSelector> selectors) {
    return sa.nat().local()
        ? selectors.stream().map(s -> at(s, sa.path().local().getAddress())).toList()
        : selectors;
  }

  /** The peer's selectors of a message, as packets here have them. */
  static List<TrafficSelector> theirs(IkeSa sa, List<TrafficSelector> selectors) {
    return sa.nat().remote()
        ? selectors.stream().map(s -> at(s, sa.path().remote().getAddress())).toList()
        : selectors;
  }

  /** Selectors with the address that the peer's message has for them. */
  static List<TrafficSelector> asCame(List<TrafficSelector> ours, List<TrafficSelector> came) {
    List<InetAddress> hosts =
        came.stream().filter(TransportNat::isHost).map(TrafficSelector::first).distinct().toList();
    return hosts.size() == 1 ? ours.stream().map(s -> at(s, hosts.get(0))).toList() : ours;
  }

  private static TrafficSelector at(TrafficSelector selector, InetAddress address) {
    boolean sameFamily = selector.first().getAddress().length == address.getAddress().length;
    return isHost(selector) && sameFamily
        ? new TrafficSelector(
            address, address, selector.protocol(), selector.firstPort(), selector.lastPort())
        : selector;
  }

  private static boolean isHost(TrafficSelector selector) {
    return selector.first().equals(selector.last());
  }
}
