package io.keyway.ike.engine.address;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.ConfigurationPayload.Attribute;
import io.keyway.ike.message.Octets;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * CP between the wire and the model (RFC 7296 section 3.15). Attributes that are not known, or of a
 * wrong length, are ignored, as section 3.15.1 demands; of the others no more than a sane peer
 * sends are looked at.
 */
public final class Configuration {
  static final int INTERNAL_IP4_ADDRESS = 1;
  static final int INTERNAL_IP4_DNS = 3;
  static final int INTERNAL_IP6_ADDRESS = 8;
  static final int INTERNAL_IP6_DNS = 10;
  static final int INTERNAL_IP4_SUBNET = 13;
  static final int SUPPORTED_ATTRIBUTES = 14;
  static final int INTERNAL_IP6_SUBNET = 15;

  private static final int[] SUPPORTED = {
    INTERNAL_IP4_ADDRESS,
    INTERNAL_IP4_DNS,
    INTERNAL_IP6_ADDRESS,
    INTERNAL_IP6_DNS,
    INTERNAL_IP4_SUBNET,
    SUPPORTED_ATTRIBUTES,
    INTERNAL_IP6_SUBNET
  };

  private static final int MOST_ATTRIBUTES = 256;
  private static final int MOST_OF_A_KIND = 32;

  /**
   * What a peer asks for.
   *
   * @param ipv4 whether for an IPv4 address
   * @param wished4 the one that it would like
   * @param attributes whether for the list of attributes that are known here
   */
  public record Wanted(
      boolean ipv4,
      Optional<InetAddress> wished4,
      boolean ipv6,
      Optional<InetAddress> wished6,
      boolean attributes) {}

  private Configuration() {}

  /**
   * CFG_REQUEST for addresses, with name servers and subnets of their families.
   *
   * @param addresses an unspecified one stands for any
   */
  public static ConfigurationPayload request(List<InetAddress> addresses) {
    List<Attribute> attributes = new ArrayList<>();
    for (boolean ipv4 : new boolean[] {true, false}) {
      boolean any = false;
      for (InetAddress address : addresses) {
        if (isIpv4(address) == ipv4) {
          any = true;
          attributes.add(
              address.isAnyLocalAddress()
                  ? new Attribute(ipv4 ? INTERNAL_IP4_ADDRESS : INTERNAL_IP6_ADDRESS, Octets.EMPTY)
                  : address(address));
        }
      }
      if (any) {
        attributes.add(new Attribute(ipv4 ? INTERNAL_IP4_DNS : INTERNAL_IP6_DNS, Octets.EMPTY));
        attributes.add(
            new Attribute(ipv4 ? INTERNAL_IP4_SUBNET : INTERNAL_IP6_SUBNET, Octets.EMPTY));
      }
    }
    return new ConfigurationPayload(ConfigurationPayload.CFG_REQUEST, attributes);
  }

  /** What a CFG_REQUEST asks for; of several addresses of one family the first. */
  public static Wanted wanted(ConfigurationPayload request) {
    boolean ipv4 = false;
    boolean ipv6 = false;
    boolean attributes = false;
    Optional<InetAddress> wished4 = Optional.empty();
    Optional<InetAddress> wished6 = Optional.empty();
    for (Attribute attribute : bounded(request)) {
      if (attribute.type() == INTERNAL_IP4_ADDRESS && !ipv4) {
        ipv4 = true;
        wished4 = value(attribute, 4, 4).filter(a -> !a.isAnyLocalAddress());
      } else if (attribute.type() == INTERNAL_IP6_ADDRESS && !ipv6) {
        ipv6 = true;
        wished6 =
            value(attribute, 17, 16)
                .or(() -> value(attribute, 16, 16))
                .filter(a -> !a.isAnyLocalAddress());
      } else if (attribute.type() == SUPPORTED_ATTRIBUTES) {
        attributes = true;
      }
    }
    return new Wanted(ipv4, wished4, ipv6, wished6, attributes);
  }

  /**
   * CFG_REPLY with addresses, and what the pools tell with them.
   *
   * @param supported whether to list the attributes that are known here
   */
  public static ConfigurationPayload reply(
      List<InetAddress> addresses, List<AddressPool> pools, boolean supported) {
    List<Attribute> attributes = new ArrayList<>();
    boolean ipv4 = addresses.stream().anyMatch(Configuration::isIpv4);
    boolean ipv6 = addresses.stream().anyMatch(a -> !isIpv4(a));
    addresses.forEach(address -> attributes.add(address(address)));
    pools.stream()
        .flatMap(pool -> pool.dns().stream())
        .distinct()
        .filter(server -> isIpv4(server) ? ipv4 : ipv6)
        .forEach(
            server ->
                attributes.add(
                    new Attribute(
                        isIpv4(server) ? INTERNAL_IP4_DNS : INTERNAL_IP6_DNS,
                        Octets.copyOf(server.getAddress()))));
    pools.stream()
        .flatMap(pool -> pool.subnets().stream())
        .distinct()
        .filter(subnet -> subnet.isIpv4() ? ipv4 : ipv6)
        .forEach(subnet -> attributes.add(subnet(subnet)));
    if (supported) {
      byte[] list = new byte[2 * SUPPORTED.length];
      for (int i = 0; i < SUPPORTED.length; i++) {
        list[2 * i + 1] = (byte) SUPPORTED[i];
      }
      attributes.add(new Attribute(SUPPORTED_ATTRIBUTES, Octets.copyOf(list)));
    }
    return new ConfigurationPayload(ConfigurationPayload.CFG_REPLY, attributes);
  }

  /** What a CFG_REPLY gives us. */
  public static AssignedAddresses assigned(ConfigurationPayload reply) {
    List<InetAddress> local = new ArrayList<>();
    List<InetAddress> dns = new ArrayList<>();
    List<TrafficSelector> subnets = new ArrayList<>();
    for (Attribute attribute : bounded(reply)) {
      switch (attribute.type()) {
        case INTERNAL_IP4_ADDRESS ->
            value(attribute, 4, 4).filter(Configuration::usable).ifPresent(a -> add(local, a));
        case INTERNAL_IP6_ADDRESS ->
            value(attribute, 17, 16).filter(Configuration::usable).ifPresent(a -> add(local, a));
        case INTERNAL_IP4_DNS -> value(attribute, 4, 4).ifPresent(a -> add(dns, a));
        case INTERNAL_IP6_DNS -> value(attribute, 16, 16).ifPresent(a -> add(dns, a));
        case INTERNAL_IP4_SUBNET ->
            value(attribute, 8, 4)
                .flatMap(a -> prefix(a, maskLength(attribute.value())))
                .ifPresent(s -> add(subnets, s));
        case INTERNAL_IP6_SUBNET ->
            value(attribute, 17, 16)
                .flatMap(a -> prefix(a, attribute.value().at(16)))
                .ifPresent(s -> add(subnets, s));
        default -> {
          // Somebody else's.
        }
      }
    }
    return new AssignedAddresses(local, List.of(), dns, subnets);
  }

  private static List<Attribute> bounded(ConfigurationPayload payload) {
    List<Attribute> all = payload.attributes();
    return all.subList(0, Math.min(all.size(), MOST_ATTRIBUTES));
  }

  private static <T> void add(List<T> list, T value) {
    if (list.size() < MOST_OF_A_KIND && !list.contains(value)) {
      list.add(value);
    }
  }

  private static boolean usable(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isMulticastAddress();
  }

  private static boolean isIpv4(InetAddress address) {
    return address.getAddress().length == 4;
  }

  private static Attribute address(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return new Attribute(INTERNAL_IP4_ADDRESS, Octets.copyOf(octets));
    }
    // With its prefix length: the one address (RFC 7296 section 3.15.1).
    byte[] prefixed = Arrays.copyOf(octets, 17);
    prefixed[16] = (byte) 128;
    return new Attribute(INTERNAL_IP6_ADDRESS, Octets.copyOf(prefixed));
  }

  private static Attribute subnet(TrafficSelector subnet) {
    byte[] first = subnet.first().getAddress();
    int length = subnet.prefixLength().orElse(first.length * 8);
    if (first.length == 16) {
      byte[] prefixed = Arrays.copyOf(first, 17);
      prefixed[16] = (byte) length;
      return new Attribute(INTERNAL_IP6_SUBNET, Octets.copyOf(prefixed));
    }
    byte[] masked = Arrays.copyOf(first, 8);
    for (int bit = 0; bit < length; bit++) {
      masked[4 + bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return new Attribute(INTERNAL_IP4_SUBNET, Octets.copyOf(masked));
  }

  /** The address at the start of a value of exactly this length. */
  private static Optional<InetAddress> value(Attribute attribute, int length, int address) {
    if (attribute.value().length() != length) {
      return Optional.empty();
    }
    try {
      return Optional.of(
              InetAddress.getByAddress(Arrays.copyOf(attribute.value().toArray(), address)))
          // Java makes IPv4 addresses of those IPv6 ones that stand for them.
          .filter(read -> read.getAddress().length == address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }

  /** Of a netmask behind an IPv4 address; -1 for one with a gap. */
  private static int maskLength(Octets value) {
    int mask = 0;
    for (int i = 4; i < 8; i++) {
      mask = mask << 8 | value.at(i);
    }
    int length = Integer.numberOfLeadingZeros(~mask);
    return length == 32 || mask << length == 0 ? length : -1;
  }

  private static Optional<TrafficSelector> prefix(InetAddress address, int length) {
    return length < 0 || length > address.getAddress().length * 8
        ? Optional.empty()
        : Optional.of(TrafficSelector.prefix(address, length));
  }
}
