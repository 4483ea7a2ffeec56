package io.keyway.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports that were free a moment ago. */
public final class Ports {

  private Ports() {}

  /** A free TCP port on 127.0.0.1. */
  public static int tcp() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free TCP port on 127.0.0.1", e);
    }
  }

  /** A UDP port that is free on every given address at once. */
  public static int udp(String... addresses) {
    for (int port = 15500; port < 16500; port++) {
      if (free(port, addresses)) {
        return port;
      }
    }
    throw new IllegalStateException("no UDP port from 15500 to 16499 is free on loopback");
  }

  private static boolean free(int port, String... addresses) {
    for (String address : addresses) {
      try (DatagramSocket socket = new DatagramSocket(null)) {
        socket.bind(new InetSocketAddress(address, port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
