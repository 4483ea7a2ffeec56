package io.keyway.ike.engine.base;

import java.time.Duration;

/**
 * How messages go over the network.
 *
 * @param fragmentIpv4 longest IPv4 packet that a message is sent in, header included, in octets;
 *     longer messages go in fragments where the peer takes them (RFC 7383 section 2.5.1)
 * @param fragmentIpv6 the same for IPv6, 1280 at least: every link carries that much
 * @param reassemblyOctets of unfinished messages that all peers together may make us keep
 * @param natKeepalive silence towards a NAT after which it is sent one octet (RFC 3948 section 4);
 *     zero switches that off
 * @param pathReturn how often an IKE SA on a pair of addresses that is not the preferred one looks
 *     whether that works again (RFC 4555 section 3.10); zero switches that off
 */
public record WireSettings(
    int fragmentIpv4,
    int fragmentIpv6,
    long reassemblyOctets,
    Duration natKeepalive,
    Duration pathReturn) {
  /** Every IPv4 host takes packets of this length (RFC 791). */
  public static final int SHORTEST_IPV4 = 576;

  /** Every IPv6 link does (RFC 8200 section 5). */
  public static final int SHORTEST_IPV6 = 1280;

  /** 1280 octets for both families, 16 MiB, 20 and 60 seconds. */
  public static final WireSettings DEFAULT =
      new WireSettings(1280, 1280, 16L << 20, Duration.ofSeconds(20), Duration.ofSeconds(60));

  public WireSettings {
    if (fragmentIpv4 < SHORTEST_IPV4 || fragmentIpv4 > 65535) {
      throw new IllegalArgumentException("fragments for IPv4 have 576 to 65535 octets");
    }
    if (fragmentIpv6 < SHORTEST_IPV6 || fragmentIpv6 > 65535) {
      throw new IllegalArgumentException("fragments for IPv6 have 1280 to 65535 octets");
    }
    if (reassemblyOctets < 1 || natKeepalive.isNegative() || pathReturn.isNegative()) {
      throw new IllegalArgumentException("bounds of reassembly and pauses are not negative");
    }
  }

  /** The same with other lengths of fragments. */
  public WireSettings withFragments(int ipv4, int ipv6) {
    return new WireSettings(ipv4, ipv6, reassemblyOctets, natKeepalive, pathReturn);
  }

  /** The same with another time between keep-alives. */
  public WireSettings withNatKeepalive(Duration time) {
    return new WireSettings(fragmentIpv4, fragmentIpv6, reassemblyOctets, time, pathReturn);
  }

  /** The same with another bound for unfinished messages. */
  public WireSettings withReassemblyOctets(long octets) {
    return new WireSettings(fragmentIpv4, fragmentIpv6, octets, natKeepalive, pathReturn);
  }

  /** The same with another time between looks at the preferred pair of addresses. */
  public WireSettings withPathReturn(Duration time) {
    return new WireSettings(fragmentIpv4, fragmentIpv6, reassemblyOctets, natKeepalive, time);
  }
}
