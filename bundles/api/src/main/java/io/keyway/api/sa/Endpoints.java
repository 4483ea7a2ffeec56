package io.keyway.api.sa;

import java.net.InetAddress;
import java.net.UnknownHostException;
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

  /**
   * Outer addresses that nobody has told us: packets are led to the SA, and away from it, by
   * somebody else. A plane installs such an SA without any row that would follow from its
   * addresses.
   */
  public static final Endpoints NONE = of(unspecified(), unspecified());

  public Endpoints {
    Objects.requireNonNull(local, "local");
    Objects.requireNonNull(remote, "remote");
    Objects.requireNonNull(udp, "udp");
  }

  /** Plain ESP. */
  public static Endpoints of(InetAddress local, InetAddress remote) {
    return new Endpoints(local, remote, Optional.empty());
  }

  /** Whether these are {@link #NONE}. */
  public boolean none() {
    return equals(NONE);
  }

  private static InetAddress unspecified() {
    try {
      return InetAddress.getByAddress(new byte[4]);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are an address", e);
    }
  }
}
