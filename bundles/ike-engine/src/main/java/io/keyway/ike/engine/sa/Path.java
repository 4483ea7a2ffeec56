package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.sa.Endpoints;
import io.keyway.ike.engine.base.WireSettings;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where the messages of an IKE SA go.
 *
 * @param marker with the non-ESP marker, as on port 4500
 */
public record Path(InetSocketAddress local, InetSocketAddress remote, boolean marker) {
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int UDP_HEADER = 8;
  private static final int MARKER = 4;

  /** The way back of a datagram that came. */
  public static Path of(Datagram datagram) {
    return new Path(datagram.local(), datagram.remote(), datagram.marker());
  }

  Datagram carry(byte[] octets) {
    return new Datagram(local, remote, marker, octets);
  }

  /** Whether only ports differ. */
  boolean sameHosts(Path other) {
    return local.getAddress().equals(other.local.getAddress())
        && remote.getAddress().equals(other.remote.getAddress());
  }

  /** Endpoints of SAs whose packets go the same way. */
  Endpoints endpoints(boolean inUdp) {
    return new Endpoints(
        local.getAddress(),
        remote.getAddress(),
        inUdp
            ? Optional.of(new Endpoints.UdpPorts(local.getPort(), remote.getPort()))
            : Optional.empty());
  }

  /** Our address as people write it. */
  String localHost() {
    return local.getAddress().getHostAddress();
  }

  @Override
  public String toString() {
    return localHost() + ":" + local.getPort() + " - " + peer();
  }

  /** The same hosts on another port, with the non-ESP marker. */
  Path onPort(int localPort, int remotePort) {
    return new Path(
        new InetSocketAddress(local.getAddress(), localPort),
        new InetSocketAddress(remote.getAddress(), remotePort),
        true);
  }

  /** Octets of the longest message that is not cut into fragments, from the IKE header on. */
  int longestMessage(WireSettings wire) {
    boolean ipv4 = remote.getAddress() instanceof Inet4Address;
    int headers = (ipv4 ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER + (marker ? MARKER : 0);
    return (ipv4 ? wire.fragmentIpv4() : wire.fragmentIpv6()) - headers;
  }

  /** The peer as people write it. */
  public String peer() {
    return remote.getAddress().getHostAddress() + ":" + remote.getPort();
  }
}
