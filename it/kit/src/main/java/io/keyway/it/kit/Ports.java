package io.keyway.it.kit;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/** Ports that were free a moment ago. */
public final class Ports {

  // Below Linux's ephemeral ports. One of those could become the source port of any connection
  // before its server listens, even of one to itself: who asks a server of this machine again and
  // again whether it is there is sooner or later connected to itself, and the server cannot start.
  private static final int LOWEST = 15500;
  private static final int RANGE = 10_000;

  /** TCP ports that this process asked for: nobody may listen there yet. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** A free TCP port on 127.0.0.1, another one each time. */
  public static int tcp() {
    return search("TCP", port -> freeTcp(port) && GIVEN.add(port));
  }

  /** A UDP port that is free on every given address at once. */
  public static int udp(String... addresses) {
    return search("UDP", port -> freeUdp(port, addresses));
  }

  /** Begins anywhere in the range, so that two runs side by side do not meet. */
  private static int search(String protocol, IntPredicate free) {
    int start = ThreadLocalRandom.current().nextInt(RANGE);
    for (int i = 0; i < RANGE; i++) {
      int port = LOWEST + (start + i) % RANGE;
      if (free.test(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "no "
            + protocol
            + " port from "
            + LOWEST
            + " to "
            + (LOWEST + RANGE - 1)
            + " is free on loopback");
  }

  private static boolean freeTcp(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // What a server that ended left in TIME_WAIT keeps nobody from listening there.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress("127.0.0.1", port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean freeUdp(int port, String... addresses) {
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
