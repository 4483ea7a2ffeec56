package io.keyway.shell.yaml;

import io.keyway.api.ts.TrafficSelector;
import java.util.Map;

/** IP protocols by number or by the names that people use. */
final class Protocols {

  private static final Map<String, Integer> NAMES =
      Map.ofEntries(
          Map.entry("any", TrafficSelector.ANY_PROTOCOL),
          Map.entry("icmp", 1),
          Map.entry("tcp", 6),
          Map.entry("udp", 17),
          Map.entry("gre", 47),
          Map.entry("icmpv6", 58),
          Map.entry("ospf", 89),
          Map.entry("sctp", 132));

  private Protocols() {}

  /**
   * Reads a protocol.
   *
   * @return 0 for any, else 1..255
   * @throws IllegalArgumentException with what is wrong
   */
  static int parse(String text) {
    Integer named = NAMES.get(text);
    if (named != null) {
      return named;
    }
    if (text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= 255) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not an IP protocol; write its number, 1 to 255");
  }
}
