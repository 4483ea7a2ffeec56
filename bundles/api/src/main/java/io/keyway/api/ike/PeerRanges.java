package io.keyway.api.ike;

import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.List;

/** Where the peers of a connection may come from, as people write it and as it is kept. */
public final class PeerRanges {
  private PeerRanges() {}

  /**
   * Reads {@code prefix/length}, all of which counts, {@code first-last} or one address.
   *
   * @throws IllegalArgumentException saying what such a text looks like
   */
  public static TrafficSelector parse(String text) {
    return text.indexOf('/') >= 0 ? AddressPool.parsePrefix(text) : AddressPool.parseRange(text);
  }

  /** As {@link #parse} reads it. */
  public static String text(TrafficSelector range) {
    return range
        .prefixLength()
        .filter(length -> !range.isHost())
        .map(length -> range.first().getHostAddress() + "/" + length)
        .orElseGet(() -> AddressPool.rangeText(range));
  }

  /** Whether an address is in one of them. */
  public static boolean contain(List<TrafficSelector> ranges, InetAddress address) {
    TrafficSelector host = TrafficSelector.host(address);
    return ranges.stream().anyMatch(range -> range.contains(host));
  }
}
