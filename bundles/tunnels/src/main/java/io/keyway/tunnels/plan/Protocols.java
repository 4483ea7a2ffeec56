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
  static final List<Integer> COMMON = List.of(6, 17, 1);

  /** What else is seen in real networks. */
  static final List<Integer> OTHERS =
      List.of(2, 4, 41, 46, 47, 50, 51, 88, 89, 94, 97, 103, 108, 112, 115, 132, 136, 137);

  private Protocols() {}

  static String name(int protocol) {
    return NAMES.getOrDefault(protocol, Integer.toString(protocol));
  }

  static String names(List<Integer> protocols) {
    return protocols.stream().map(Protocols::name).collect(Collectors.joining(", "));
  }
}
