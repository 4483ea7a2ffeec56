package io.keyway.api.ike;

import java.net.InetAddress;
import java.util.List;

/**
 * Whether and how the ends of an IKE SA may change their addresses (RFC 4555).
 *
 * @param enabled whether MOBIKE is offered and accepted
 * @param addresses other addresses of ours that may serve, in order of preference after the local
 *     address
 * @param interfaces network interfaces whose addresses may serve, too, after those
 * @param ipv6 whether the data plane has IPv6 endpoints
 * @param udp whether the data plane can put ESP into UDP, so that a NAT may be on the way
 */
public record Mobility(
    boolean enabled,
    List<InetAddress> addresses,
    List<String> interfaces,
    boolean ipv6,
    boolean udp) {
  /** Addresses stay what they are. */
  public static final Mobility OFF = new Mobility(false, List.of(), List.of(), true, true);

  /** Addresses may change, and we have one only. */
  public static final Mobility ON = new Mobility(true, List.of(), List.of(), true, true);

  public Mobility {
    addresses = List.copyOf(addresses);
    interfaces = List.copyOf(interfaces);
  }

  /** What both ends agreed on: addresses and planes may come and go. */
  public Mobility agreement() {
    return enabled ? ON : OFF;
  }
}
