package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneStatus.SpiUse;
import io.keyway.api.sa.SpiLease;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Inbound SPIs that the device gave us. It cannot take one back, so unused ones wait here for the
 * next negotiation. All end with the generation.
 */
final class SpiLedger {

  private final MirrorNotes notes;
  private final Map<Long, SpiLease> leased = new HashMap<>();
  private final Deque<SpiLease> free = new ArrayDeque<>();
  private long lost;

  SpiLedger(MirrorNotes notes) {
    this.notes = notes;
  }

  /** An SPI that was given back. */
  Optional<SpiLease> reuse() {
    SpiLease lease = free.poll();
    if (lease != null) {
      lease(lease);
    }
    return Optional.ofNullable(lease);
  }

  void lease(SpiLease lease) {
    leased.put(lease.index(), lease);
    notes.lease(lease, false);
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
    notes.lease(lease, true);
    return true;
  }

  /** The pair that lived under it is gone; a used SPI does not come back. */
  void forget(long index) {
    if (leased.remove(index) != null) {
      notes.leaseGone(index);
    }
  }

  /** An SPI that the device gave and nobody can use. */
  void countLost() {
    lost++;
  }

  /** SPIs that were used up for nothing since the start. */
  long lost() {
    return lost;
  }

  /** How many are where. */
  SpiUse use() {
    return new SpiUse(leased.size(), free.size(), lost);
  }

  /**
   * Everything is void.
   *
   * @param used tells which indexes an SA has, so that their SPIs were not for nothing
   */
  void clear(LongPredicate used) {
    lost += free.size() + leased.keySet().stream().filter(i -> !used.test(i)).count();
    leased.keySet().forEach(notes::leaseGone);
    free.forEach(lease -> notes.leaseGone(lease.index()));
    leased.clear();
    free.clear();
  }

  /** Notes everything. */
  void noteAll() {
    leased.values().forEach(lease -> notes.lease(lease, false));
    free.forEach(lease -> notes.lease(lease, true));
  }

  /** Takes over what an earlier life noted. */
  void restore(SpiLease lease, boolean pooled) {
    if (pooled) {
      free.add(lease);
    } else {
      leased.put(lease.index(), lease);
    }
  }
}
