package io.keyway.it.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that were free a moment ago. */
public final class Ports {

  // Below Linux's ephemeral ports.
  private static final int LOWEST = 15500;
  private static final int RANGE = 10_000;

  private Ports() {}

  /** A free TCP port on 127.0.0.1. */
  public static int tcp() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free TCP port on 127.0.0.1", e);
    }
  }

  /**
   * A UDP port that is free on every given address at once. The search begins anywhere in the
   * range, so that two runs side by side do not meet.
   */
  public static int udp(String... addresses) {
    int start = ThreadLocalRandom.current().nextInt(RANGE);
    for (int i = 0; i < RANGE; i++) {
      int port = LOWEST + (start + i) % RANGE;
      if (free(port, addresses)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no UDP port from " + LOWEST + " to " + (LOWEST + RANGE - 1) + " is free on loopback");
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
