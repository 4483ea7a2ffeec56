package io.keyway.northbound.config;

import java.util.Map;

/** IP protocols by the names of type {@code ip-protocol}. */
final class Protocols {

  private static final Map<String, Integer> NUMBERS =
      Map.of("icmp", 1, "tcp", 6, "udp", 17, "gre", 47, "icmpv6", 58, "ospf", 89, "sctp", 132);

  private Protocols() {}

  static int number(String text) {
    Integer named = NUMBERS.get(text);
    return named != null ? named : Integer.parseInt(text);
  }
}
