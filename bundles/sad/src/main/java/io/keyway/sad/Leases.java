package io.keyway.sad;

import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SpiLease;
import io.keyway.sad.SadRecords.LeaseKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Inbound SPIs that a plane gave and no SA uses yet. Guarded by its {@link SadTable}.
 *
 * <p>A device that restarted gives the same numbers again, while SAs of its former life still wait
 * for their owners to let them go. Such a number is kept in quarantine until then: two SAs under
 * one SPI could not be told apart, neither by us nor by the peer that is asked to delete one of
 * them.
 */
final class Leases {

  /** Longer than any exchange lasts, with all its retransmissions and the waits for a plane. */
  private static final long FORGOTTEN_NANOS = Duration.ofMinutes(10).toNanos();

  private static final long SWEEP_NANOS = Duration.ofSeconds(30).toNanos();

  private final SadRecords records;
  private final Map<Long, SpiLease> held = new HashMap<>();

  /** Leases whose pair is not wholly installed yet: its rows are still to come. */
  private final Map<Long, SpiLease> promised = new HashMap<>();

  /** When a promise was first seen by a sweep, by its lease's index; monotonic time. */
  private final Map<Long, Long> seen = new HashMap<>();

  private long lastSweep;
  private final Map<Long, SpiLease> quarantine = new LinkedHashMap<>();
  private final Map<Long, SpiLease> pool = new LinkedHashMap<>();

  Leases(SadRecords records) {
    this.records = records;
  }

  /** Notes a lease that somebody holds now. */
  void hold(SpiLease lease) {
    held.put(lease.index(), lease);
    promised.put(lease.index(), lease);
    records.lease(lease, LeaseKind.HELD);
  }

  /** Number of pairs that rows are kept for. */
  int promised() {
    return promised.size();
  }

  /**
   * Takes back what was given out so long ago that nobody comes any more, as when an engine was
   * replaced in the middle of a negotiation.
   *
   * @param now monotonic time in nanoseconds
   */
  void takeBackForgotten(long now) {
    if (now - lastSweep < SWEEP_NANOS) {
      return;
    }
    lastSweep = now;
    seen.keySet().retainAll(promised.keySet());
    for (SpiLease lease : List.copyOf(promised.values())) {
      long first = seen.computeIfAbsent(lease.index(), index -> now);
      if (now - first > FORGOTTEN_NANOS) {
        promised.remove(lease.index());
        drop(lease.index()).ifPresent(this::pool);
      }
    }
  }

  /** Both SAs of the pair stand, or the lease was given up: no rows are to come any more. */
  void settled(long index) {
    promised.remove(index);
  }

  boolean holds(long index) {
    return held.containsKey(index);
  }

  /** The holder uses it, or gives it up. */
  Optional<SpiLease> drop(long index) {
    SpiLease lease = held.remove(index);
    if (lease != null) {
      records.leaseGone(index, LeaseKind.HELD);
    }
    return Optional.ofNullable(lease);
  }

  /** Keeps a lease until the SA that lives under its index is gone. */
  void quarantine(SpiLease lease) {
    quarantine.put(lease.index(), lease);
    records.lease(lease, LeaseKind.QUARANTINE);
  }

  /** Keeps a lease that nobody came to use for the next negotiation. */
  void pool(SpiLease lease) {
    pool.put(lease.index(), lease);
    records.lease(lease, LeaseKind.POOL);
  }

  /** The last SA under an index is gone. */
  void vacated(long index) {
    promised.remove(index);
    SpiLease lease = quarantine.remove(index);
    if (lease != null) {
      records.leaseGone(index, LeaseKind.QUARANTINE);
      pool(lease);
    }
  }

  boolean keeps(long index) {
    return quarantine.containsKey(index) || pool.containsKey(index);
  }

  /** A lease to give out without asking the plane, when there is one. */
  Optional<SpiLease> pooled() {
    Iterator<SpiLease> leases = pool.values().iterator();
    if (!leases.hasNext()) {
      return Optional.empty();
    }
    SpiLease lease = leases.next();
    leases.remove();
    records.leaseGone(lease.index(), LeaseKind.POOL);
    return Optional.of(lease);
  }

  /** Everything of another life is void. */
  void voidExcept(Generation now) {
    promised.values().removeIf(lease -> !lease.generation().equals(now));
    voidExcept(now, held, LeaseKind.HELD);
    voidExcept(now, quarantine, LeaseKind.QUARANTINE);
    voidExcept(now, pool, LeaseKind.POOL);
  }

  private void voidExcept(Generation now, Map<Long, SpiLease> leases, LeaseKind kind) {
    leases
        .values()
        .removeIf(
            lease -> {
              boolean over = !lease.generation().equals(now);
              if (over) {
                records.leaseGone(lease.index(), kind);
              }
              return over;
            });
  }

  /** Notes everything. */
  void noteAll() {
    held.values().forEach(lease -> records.lease(lease, LeaseKind.HELD));
    quarantine.values().forEach(lease -> records.lease(lease, LeaseKind.QUARANTINE));
    pool.values().forEach(lease -> records.lease(lease, LeaseKind.POOL));
  }
}
