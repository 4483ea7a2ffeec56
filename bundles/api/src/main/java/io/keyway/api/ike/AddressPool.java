package io.keyway.api.ike;

import io.keyway.api.ts.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Addresses that peers get when they ask for one (RFC 7296 section 2.19), and what they are told
 * with it.
 *
 * @param name unique; pools of one name are one pool, whoever uses it
 * @param ranges addresses that may be given, in order; any protocol and port
 * @param dns name servers behind us (INTERNAL_IP4_DNS, INTERNAL_IP6_DNS)
 * @param subnets prefixes behind us (INTERNAL_IP4_SUBNET, INTERNAL_IP6_SUBNET)
 * @param reserve how long an address stays its peer's alone after the peer went without a word, or
 *     after a restart of ours, when the peer may still use it
 */
public record AddressPool(
    String name,
    List<TrafficSelector> ranges,
    List<InetAddress> dns,
    List<TrafficSelector> subnets,
    Duration reserve) {

  /** Long enough for a peer whose liveness check is slow. */
  public static final Duration DEFAULT_RESERVE = Duration.ofHours(1);

  public AddressPool {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(reserve, "reserve");
    ranges = List.copyOf(ranges);
    dns = List.copyOf(dns);
    subnets = List.copyOf(subnets);
  }

  /** Whether an address is one of those that may be given. */
  public boolean contains(InetAddress address) {
    TrafficSelector host = TrafficSelector.host(address);
    return ranges.stream().anyMatch(range -> range.contains(host));
  }

  /** A range as {@link #parseRange} reads it. */
  public static String rangeText(TrafficSelector range) {
    return range.first().getHostAddress()
        + (range.isHost() ? "" : "-" + range.last().getHostAddress());
  }

  /** How many addresses of a family there are. */
  public BigInteger size(boolean ipv4) {
    return ranges.stream()
        .filter(range -> range.isIpv4() == ipv4)
        .map(TrafficSelector::size)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /**
   * Reads {@code prefix/length}, {@code first-last} or one address. Of a prefix the addresses that
   * no host can have are left out: those of the network and of all hosts (IPv4), that of any router
   * (IPv6, RFC 4291 section 2.6.1).
   *
   * @throws IllegalArgumentException saying what such a text looks like
   */
  public static TrafficSelector parseRange(String text) {
    int dash = text.indexOf('-');
    if (dash >= 0) {
      InetAddress first = address(text.substring(0, dash), text);
      InetAddress last = address(text.substring(dash + 1), text);
      return new TrafficSelector(first, last, TrafficSelector.ANY_PROTOCOL, 0, 65535);
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      return TrafficSelector.host(address(text, text));
    }
    TrafficSelector prefix = parsePrefix(text);
    if (prefix.size().compareTo(BigInteger.TWO) <= 0) {
      return prefix;
    }
    return new TrafficSelector(
        plus(prefix.first(), 1),
        prefix.isIpv4() ? plus(prefix.last(), -1) : prefix.last(),
        TrafficSelector.ANY_PROTOCOL,
        0,
        65535);
  }

  /**
   * Reads {@code prefix/length}; a single address is a prefix of full length.
   *
   * @throws IllegalArgumentException saying what such a text looks like
   */
  public static TrafficSelector parsePrefix(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return TrafficSelector.host(address(text, text));
    }
    int length;
    try {
      length = Integer.parseInt(text.substring(slash + 1));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' has no prefix length after the slash", e);
    }
    return TrafficSelector.prefix(address(text.substring(0, slash), text), length);
  }

  /** The address so many places further. */
  public static InetAddress plus(InetAddress address, long places) {
    byte[] octets = address.getAddress();
    BigInteger value = new BigInteger(1, octets).add(BigInteger.valueOf(places));
    byte[] raw = value.toByteArray();
    byte[] moved = new byte[octets.length];
    for (int i = 0; i < Math.min(raw.length, moved.length); i++) {
      moved[moved.length - 1 - i] = raw[raw.length - 1 - i];
    }
    try {
      return InetAddress.getByAddress(moved);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  /** Never asks a name server. */
  private static InetAddress address(String text, String whole) {
    String trimmed = text.trim();
    if (!trimmed.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      throw new IllegalArgumentException(
          "'"
              + whole
              + "' is no address; write 10.3.0.0/24, 10.3.0.10-10.3.0.20 or one address, IPv4 or"
              + " IPv6");
    }
    try {
      return InetAddress.getByName(trimmed);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + whole + "' is no address", e);
    }
  }
}
