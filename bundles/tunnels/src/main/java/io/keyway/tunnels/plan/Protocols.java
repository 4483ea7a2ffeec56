package io.keyway.tunnels.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Names of IP protocols for people. */
final class Protocols {

  private static final Map<Integer, String> NAMES =
      Map.of(
          1, "icmp", 6, "tcp", 17, "udp", 47, "gre", 50, "esp", 58, "icmpv6", 89, "ospf", 132,
          "sctp");

  /** What carries nearly all traffic, for holding what cannot be held as a whole. */
  static final List<Integer> COMMON = List.of(1, 6, 17, 47, 50, 89, 132);

  private Protocols() {}

  static String name(int protocol) {
    return NAMES.getOrDefault(protocol, Integer.toString(protocol));
  }

  static String names(List<Integer> protocols) {
    return protocols.stream().map(Protocols::name).collect(Collectors.joining(", "));
  }
}
