package io.keyway.plane.vrouter.message;

import com.google.protobuf.ByteString;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.protocol.vrouter.v1.Selector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Addresses and selectors. */
public final class Addresses {

  private Addresses() {}

  /** 4 or 16 octets in network byte order. */
  public static ByteString octets(InetAddress address) {
    return ByteString.copyFrom(address.getAddress());
  }

  /** Empty when it is neither 4 nor 16 octets. */
  public static Optional<InetAddress> address(ByteString octets) {
    if (octets.size() != 4 && octets.size() != 16) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByAddress(octets.toByteArray()));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** For people. */
  public static String text(ByteString octets) {
    return address(octets).map(InetAddress::getHostAddress).orElse("?");
  }

  static Selector selector(TrafficSelector selector) {
    return Selector.newBuilder()
        .setFirst(octets(selector.first()))
        .setLast(octets(selector.last()))
        .setFirstPort(selector.firstPort())
        .setLastPort(selector.lastPort())
        .build();
  }

  static Optional<TrafficSelector> selector(Selector selector, int protocol) {
    Optional<InetAddress> first = address(selector.getFirst());
    Optional<InetAddress> last = address(selector.getLast());
    if (first.isEmpty() || last.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TrafficSelector(
              first.get(), last.get(), protocol, selector.getFirstPort(), selector.getLastPort()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
