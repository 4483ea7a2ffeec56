package io.keyway.api.ts;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * A selector as configured: either fixed, or {@code dynamic}, which stands for the host that the
 * tunnel's outer address names (swanctl's word).
 *
 * @param addresses the fixed range, any protocol and port; empty for {@code dynamic}
 * @param protocol IP protocol, or {@link TrafficSelector#ANY_PROTOCOL}
 */
public record SelectorTemplate(
    Optional<TrafficSelector> addresses, int protocol, int firstPort, int lastPort) {

  public SelectorTemplate {
    Objects.requireNonNull(addresses, "addresses");
  }

  /** {@code dynamic} with any protocol and port. */
  public static SelectorTemplate dynamic() {
    return new SelectorTemplate(Optional.empty(), TrafficSelector.ANY_PROTOCOL, 0, 65535);
  }

  /** Fixed selectors; protocol and ports are taken from {@code selector}. */
  public static SelectorTemplate of(TrafficSelector selector) {
    return new SelectorTemplate(
        Optional.of(selector.withProtocol(TrafficSelector.ANY_PROTOCOL).withPorts(0, 65535)),
        selector.protocol(),
        selector.firstPort(),
        selector.lastPort());
  }

  public boolean isDynamic() {
    return addresses.isEmpty();
  }

  /** The same addresses for one protocol only. */
  public SelectorTemplate withProtocol(int newProtocol) {
    return new SelectorTemplate(addresses, newProtocol, firstPort, lastPort);
  }

  /** The selector, with {@code dynamic} replaced by {@code host}. */
  public TrafficSelector resolve(InetAddress host) {
    return addresses
        .orElseGet(() -> TrafficSelector.host(host))
        .withProtocol(protocol)
        .withPorts(firstPort, lastPort);
  }

  /** The same with the addresses of a range, if it is {@code dynamic}. */
  public TrafficSelector resolveIn(TrafficSelector range) {
    return addresses.orElse(range).withProtocol(protocol).withPorts(firstPort, lastPort);
  }

  @Override
  public String toString() {
    if (isDynamic()) {
      return protocol == TrafficSelector.ANY_PROTOCOL ? "dynamic" : "dynamic[" + protocol + "]";
    }
    return addresses.get().withProtocol(protocol).withPorts(firstPort, lastPort).toString();
  }
}
