package io.keyway.emulator.infrap4d.wire;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells the second sight of a datagram (received, after it was seen when sent) from the first.
 * Retransmissions are equal octets sent again, so sights are counted, not only remembered.
 */
final class IkeEcho {
  private static final int REMEMBERED = 1024;

  private record Sight(
      InetSocketAddress source, InetSocketAddress destination, int hash, int size) {}

  private final Map<Sight, Integer> pending =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Sight, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  synchronized boolean isNew(
      boolean sent, InetSocketAddress source, InetSocketAddress destination, byte[] payload) {
    Sight sight = new Sight(source, destination, Arrays.hashCode(payload), payload.length);
    if (sent) {
      pending.merge(sight, 1, Integer::sum);
      return true;
    }
    Integer waiting = pending.get(sight);
    if (waiting == null) {
      return true;
    }
    if (waiting == 1) {
      pending.remove(sight);
    } else {
      pending.put(sight, waiting - 1);
    }
    return false;
  }
}
