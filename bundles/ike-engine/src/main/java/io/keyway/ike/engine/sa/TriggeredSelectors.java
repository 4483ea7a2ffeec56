package io.keyway.ike.engine.sa;

import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a request for a child selects. Of one that a packet started, the packet's own addresses come
 * first on each side: a responder whose policy is narrower than ours chooses the part that holds
 * them (RFC 7296 section 2.9).
 */
record TriggeredSelectors(List<TrafficSelector> local, List<TrafficSelector> remote) {

  /** Selectors of one payload: their number is one octet (RFC 7296 section 3.13). */
  private static final int MOST = 255;

  static TriggeredSelectors of(
      List<TrafficSelector> local, List<TrafficSelector> remote, Optional<SelectorPair> packet) {
    // Where it is not ours to ask for (an address that a pool gives, say), it says nothing.
    boolean fits =
        packet.isPresent()
            && fits(local, packet.get().local())
            && fits(remote, packet.get().remote());
    return fits
        ? new TriggeredSelectors(
            first(packet.get().local(), local), first(packet.get().remote(), remote))
        : new TriggeredSelectors(local, remote);
  }

  private static boolean fits(List<TrafficSelector> selectors, TrafficSelector packet) {
    return selectors.size() < MOST && selectors.stream().anyMatch(s -> s.contains(packet));
  }

  private static List<TrafficSelector> first(
      TrafficSelector packet, List<TrafficSelector> selectors) {
    List<TrafficSelector> all = new ArrayList<>(selectors.size() + 1);
    all.add(packet);
    selectors.stream().filter(s -> !s.equals(packet)).forEach(all::add);
    return all;
  }
}
