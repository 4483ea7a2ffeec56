package io.keyway.api.sa;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * Outer addresses of an SA pair, seen from our side.
 *
 * @param local our gateway address
 * @param remote the peer's gateway address
 * @param udp ports when ESP goes in UDP (RFC 3948); empty for plain ESP
 */
public record Endpoints(InetAddress local, InetAddress remote, Optional<UdpPorts> udp) {

  /** UDP ports of an encapsulated SA, 1..65535. */
  public record UdpPorts(int local, int remote) {}

  public Endpoints {
    Objects.requireNonNull(local, "local");
    Objects.requireNonNull(remote, "remote");
    Objects.requireNonNull(udp, "udp");
  }

  /** Plain ESP. */
  public static Endpoints of(InetAddress local, InetAddress remote) {
    return new Endpoints(local, remote, Optional.empty());
  }
}
