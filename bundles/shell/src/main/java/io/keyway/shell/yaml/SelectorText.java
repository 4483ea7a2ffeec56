package io.keyway.shell.yaml;

import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Selectors as swanctl writes them: {@code dynamic}, {@code 10.1.0.0/24}, {@code
 * 10.1.0.1..10.1.0.9}, each with {@code [protocol]} or {@code [protocol/port]} or {@code
 * [protocol/from-to]} behind it.
 */
final class SelectorText {

  private static final Pattern SHAPE =
      Pattern.compile("([^\\[\\]]+?)\\s*(?:\\[([a-z0-9]+)(?:/([0-9]+)(?:-([0-9]+))?)?])?");

  private SelectorText() {}

  /**
   * Reads one selector.
   *
   * @throws IllegalArgumentException with what is wrong, in words for the operator
   */
  static SelectorTemplate parse(String text) {
    Matcher shape = SHAPE.matcher(text.trim());
    if (!shape.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a selector such as 10.1.0.0/24, 10.1.0.5/32[tcp/443] or dynamic");
    }
    int protocol =
        shape.group(2) == null ? TrafficSelector.ANY_PROTOCOL : Protocols.parse(shape.group(2));
    int first = shape.group(3) == null ? 0 : port(shape.group(3));
    int last =
        shape.group(4) != null ? port(shape.group(4)) : shape.group(3) == null ? 65535 : first;
    return of(addresses(shape.group(1)), protocol, first, last);
  }

  /** Puts a selector together; empty addresses stand for dynamic. */
  static SelectorTemplate of(
      Optional<TrafficSelector> addresses, int protocol, int first, int last) {
    if (first > last) {
      throw new IllegalArgumentException("port range " + first + "-" + last + " is upside down");
    }
    return new SelectorTemplate(addresses, protocol, first, last);
  }

  /** Reads {@code dynamic}, an address, a prefix or a range. */
  static Optional<TrafficSelector> addresses(String text) {
    if (text.equals("dynamic")) {
      return Optional.empty();
    }
    int slash = text.indexOf('/');
    if (slash > 0) {
      return Optional.of(prefix(text.substring(0, slash), text.substring(slash + 1)));
    }
    String[] ends = text.split("\\.\\.|-", 2);
    InetAddress first = address(ends[0].trim());
    InetAddress last = ends.length == 2 ? address(ends[1].trim()) : first;
    return Optional.of(new TrafficSelector(first, last, TrafficSelector.ANY_PROTOCOL, 0, 65535));
  }

  private static TrafficSelector prefix(String address, String length) {
    try {
      InetAddress parsed = address(address);
      TrafficSelector selector = TrafficSelector.prefix(parsed, Integer.parseInt(length));
      if (!selector.first().equals(parsed)) {
        // 10.1.0.5/24 may mean the host or the network: the operator must say which.
        throw new IllegalArgumentException(
            "'"
                + address
                + "/"
                + length
                + "' has host bits set; write "
                + selector
                + " for the network or "
                + TrafficSelector.host(parsed)
                + " for the host");
      }
      return selector;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + length + "' is not a prefix length", e);
    }
  }

  private static InetAddress address(String text) {
    return Addresses.parse(text)
        .orElseThrow(
            () -> new IllegalArgumentException("'" + text + "' is not an IPv4 or IPv6 address"));
  }

  private static int port(String text) {
    int port = text.length() > 5 ? -1 : Integer.parseInt(text);
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + text + " is not in 0..65535");
    }
    return port;
  }
}
