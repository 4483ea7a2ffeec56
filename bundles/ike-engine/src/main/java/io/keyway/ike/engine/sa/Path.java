package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import java.net.InetSocketAddress;

/**
 * Where the messages of an IKE SA go.
 *
 * @param marker with the non-ESP marker, as on port 4500
 */
public record Path(InetSocketAddress local, InetSocketAddress remote, boolean marker) {

  /** The way back of a datagram that came. */
  public static Path of(Datagram datagram) {
    return new Path(datagram.local(), datagram.remote(), datagram.marker());
  }

  Datagram carry(byte[] octets) {
    return new Datagram(local, remote, marker, octets);
  }

  /** The same hosts on another port, with the non-ESP marker. */
  Path onPort(int localPort, int remotePort) {
    return new Path(
        new InetSocketAddress(local.getAddress(), localPort),
        new InetSocketAddress(remote.getAddress(), remotePort),
        true);
  }

  /** The peer as people write it. */
  public String peer() {
    return remote.getAddress().getHostAddress() + ":" + remote.getPort();
  }
}
