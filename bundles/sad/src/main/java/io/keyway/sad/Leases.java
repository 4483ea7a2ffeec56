package io.keyway.sad;

import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SpiLease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Inbound SPIs that a plane gave and no SA uses yet. Guarded by its {@link PlaneSad}.
 *
 * <p>A device that restarted gives the same numbers again, while SAs of its former life still wait
 * for their owners to let them go. Such a number is kept in quarantine until then: two SAs under
 * one SPI could not be told apart, neither by us nor by the peer that is asked to delete one of
 * them.
 */
final class Leases {

  private final Map<Long, SpiLease> held = new HashMap<>();
  private final ArrayDeque<SpiLease> quarantine = new ArrayDeque<>();

  /** Notes a lease that somebody holds now. */
  void hold(SpiLease lease) {
    held.put(lease.index(), lease);
  }

  boolean holds(long index) {
    return held.containsKey(index);
  }

  /** The holder uses it, or gives it up. */
  Optional<SpiLease> drop(long index) {
    return Optional.ofNullable(held.remove(index));
  }

  void quarantine(SpiLease lease) {
    quarantine.add(lease);
  }

  boolean quarantined(long index) {
    return quarantine.stream().anyMatch(lease -> lease.index() == index);
  }

  /** A lease that left quarantine, when there is one. */
  Optional<SpiLease> pooled(LongPredicate busy) {
    for (Iterator<SpiLease> i = quarantine.iterator(); i.hasNext(); ) {
      SpiLease lease = i.next();
      if (!busy.test(lease.index())) {
        i.remove();
        return Optional.of(lease);
      }
    }
    return Optional.empty();
  }

  /** Everything of another life is void. */
  void voidExcept(Generation now) {
    held.values().removeIf(lease -> !lease.generation().equals(now));
    quarantine.removeIf(lease -> !lease.generation().equals(now));
  }

  Collection<SpiLease> held() {
    return List.copyOf(held.values());
  }

  List<SpiLease> quarantined() {
    return new ArrayList<>(quarantine);
  }
}
