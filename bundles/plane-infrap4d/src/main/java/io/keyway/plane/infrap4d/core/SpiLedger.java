package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.SpiLease;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inbound SPIs that the device gave us. It cannot take one back, so unused ones wait here for the
 * next negotiation. All end with the generation.
 */
final class SpiLedger {

  private final Map<Long, SpiLease> leased = new HashMap<>();
  private final Deque<SpiLease> free = new ArrayDeque<>();
  private long lost;

  /** An SPI that was given back. */
  Optional<SpiLease> reuse() {
    SpiLease lease = free.poll();
    if (lease != null) {
      leased.put(lease.index(), lease);
    }
    return Optional.ofNullable(lease);
  }

  void lease(SpiLease lease) {
    leased.put(lease.index(), lease);
  }

  boolean known(long index) {
    return leased.containsKey(index) || free.stream().anyMatch(l -> l.index() == index);
  }

  Optional<SpiLease> leased(long index) {
    return Optional.ofNullable(leased.get(index));
  }

  /** Takes a lease back; false when it is none of ours. */
  boolean release(SpiLease lease) {
    if (!lease.equals(leased.get(lease.index()))) {
      return false;
    }
    leased.remove(lease.index());
    free.add(lease);
    return true;
  }

  /** The pair that lived under it is gone; a used SPI does not come back. */
  void forget(long index) {
    leased.remove(index);
  }

  /** An SPI that the device gave and nobody can use. */
  void countLost() {
    lost++;
  }

  /** SPIs that were used up for nothing since the start. */
  long lost() {
    return lost;
  }

  /** Everything is void. */
  void clear() {
    lost += leased.size() + free.size();
    leased.clear();
    free.clear();
  }

  List<SpiLease> leases() {
    return List.copyOf(leased.values());
  }

  List<SpiLease> pool() {
    return List.copyOf(free);
  }

  void restore(List<SpiLease> leases, List<SpiLease> pool) {
    leases.forEach(this::lease);
    free.addAll(pool);
  }
}
