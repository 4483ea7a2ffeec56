package io.keyway.api.ts;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * One traffic selector: an address range of one family, a protocol and a port range.
 *
 * @param first lowest address
 * @param last highest address, of the same family, not below {@code first}
 * @param protocol IP protocol 1..255, or {@link #ANY_PROTOCOL}
 * @param firstPort lowest port 0..65535 (for ICMP: type and code, RFC 7296 section 3.13.1)
 * @param lastPort highest port; 0 and 65535 together mean any
 */
public record TrafficSelector(
    InetAddress first, InetAddress last, int protocol, int firstPort, int lastPort) {

  /** The wire's value for "any protocol" (RFC 7296 section 3.13.1). */
  public static final int ANY_PROTOCOL = 0;

  private static final int MAX_PORT = 65535;

  public TrafficSelector {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(last, "last");
    if (first.getAddress().length != last.getAddress().length) {
      throw new IllegalArgumentException(
          "selector mixes address families: "
              + first.getHostAddress()
              + " to "
              + last.getHostAddress());
    }
    if (compare(first, last) > 0) {
      throw new IllegalArgumentException(
          "selector is upside down: "
              + first.getHostAddress()
              + " is above "
              + last.getHostAddress());
    }
    if (protocol < 0 || protocol > 255) {
      throw new IllegalArgumentException("IP protocol " + protocol + " is not in 0..255");
    }
    boolean opaque = firstPort == MAX_PORT && lastPort == 0;
    if (firstPort < 0 || lastPort > MAX_PORT || (firstPort > lastPort && !opaque)) {
      throw new IllegalArgumentException("port range " + firstPort + "-" + lastPort + " is empty");
    }
  }

  /** One host, any protocol and port. */
  public static TrafficSelector host(InetAddress address) {
    return new TrafficSelector(address, address, ANY_PROTOCOL, 0, MAX_PORT);
  }

  /** One host and one protocol, any port. */
  public static TrafficSelector host(InetAddress address, int protocol) {
    return new TrafficSelector(address, address, protocol, 0, MAX_PORT);
  }

  /**
   * Every address of a prefix, any protocol and port.
   *
   * @param prefixLength 0..32 or 0..128; host bits of {@code address} are ignored
   */
  public static TrafficSelector prefix(InetAddress address, int prefixLength) {
    byte[] low = address.getAddress();
    if (prefixLength < 0 || prefixLength > low.length * 8) {
      throw new IllegalArgumentException(
          "prefix length " + prefixLength + " does not fit " + address.getHostAddress());
    }
    byte[] high = low.clone();
    for (int bit = prefixLength; bit < low.length * 8; bit++) {
      low[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
      high[bit / 8] |= (byte) (0x80 >> (bit % 8));
    }
    return new TrafficSelector(address(low), address(high), ANY_PROTOCOL, 0, MAX_PORT);
  }

  /** The same addresses for one protocol only. */
  public TrafficSelector withProtocol(int newProtocol) {
    return new TrafficSelector(first, last, newProtocol, firstPort, lastPort);
  }

  /** The same addresses and protocol with a port range. */
  public TrafficSelector withPorts(int newFirst, int newLast) {
    return new TrafficSelector(first, last, protocol, newFirst, newLast);
  }

  public boolean isHost() {
    return first.equals(last);
  }

  public boolean isAnyProtocol() {
    return protocol == ANY_PROTOCOL;
  }

  public boolean isAnyPort() {
    return firstPort == 0 && lastPort == MAX_PORT;
  }

  public boolean isIpv4() {
    return first.getAddress().length == 4;
  }

  /** True when every packet of {@code other} is one of ours. */
  public boolean contains(TrafficSelector other) {
    return firstPort <= other.firstPort
        && other.firstPort <= other.lastPort
        && other.lastPort <= lastPort
        && (isAnyProtocol() || protocol == other.protocol)
        && isIpv4() == other.isIpv4()
        && compare(first, other.first) <= 0
        && compare(last, other.last) >= 0;
  }

  /** The packets that both select; empty when there are none (narrowing, RFC 7296 section 2.9). */
  public Optional<TrafficSelector> intersect(TrafficSelector other) {
    if (isIpv4() != other.isIpv4()) {
      return Optional.empty();
    }
    InetAddress low = compare(first, other.first) >= 0 ? first : other.first;
    InetAddress high = compare(last, other.last) <= 0 ? last : other.last;
    int lowPort = Math.max(firstPort, other.firstPort);
    int highPort = Math.min(lastPort, other.lastPort);
    boolean protocols = protocol == other.protocol || isAnyProtocol() || other.isAnyProtocol();
    if (compare(low, high) > 0 || lowPort > highPort || !protocols) {
      return Optional.empty();
    }
    int common = isAnyProtocol() ? other.protocol : protocol;
    return Optional.of(new TrafficSelector(low, high, common, lowPort, highPort));
  }

  /** Prefix length when the range is a whole prefix. */
  public Optional<Integer> prefixLength() {
    byte[] low = first.getAddress();
    byte[] high = last.getAddress();
    int length = 0;
    while (length < low.length * 8 && bit(low, length) == bit(high, length)) {
      length++;
    }
    for (int i = length; i < low.length * 8; i++) {
      if (bit(low, i) != 0 || bit(high, i) != 1) {
        return Optional.empty();
      }
    }
    return Optional.of(length);
  }

  private static int bit(byte[] octets, int index) {
    return octets[index / 8] >> (7 - index % 8) & 1;
  }

  private static int compare(InetAddress a, InetAddress b) {
    return Arrays.compareUnsigned(a.getAddress(), b.getAddress());
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are always an address", e);
    }
  }

  /** Number of addresses in the range. */
  public BigInteger size() {
    return new BigInteger(1, last.getAddress())
        .subtract(new BigInteger(1, first.getAddress()))
        .add(BigInteger.ONE);
  }

  /** In swanctl's form, such as {@code 10.1.0.5/32[17]} or {@code 10.1.0.1..10.1.0.9[6/80-90]}. */
  @Override
  public String toString() {
    String addresses =
        prefixLength()
            .map(length -> first.getHostAddress() + "/" + length)
            .orElseGet(() -> first.getHostAddress() + ".." + last.getHostAddress());
    if (isAnyProtocol() && isAnyPort()) {
      return addresses;
    }
    String name = isAnyProtocol() ? "any" : Integer.toString(protocol);
    if (isAnyPort()) {
      return addresses + "[" + name + "]";
    }
    String ports = firstPort == lastPort ? "" + firstPort : firstPort + "-" + lastPort;
    return addresses + "[" + name + "/" + ports + "]";
  }
}
