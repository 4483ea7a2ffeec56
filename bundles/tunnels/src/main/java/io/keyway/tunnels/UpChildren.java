package io.keyway.tunnels;

import io.keyway.api.ike.ChildSaStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The children of a tunnel that are up. Usually one of each name; many where peers get addresses
 * from a pool, since each of them has children of its own then, told apart by what they select.
 */
final class UpChildren {
  private final Map<String, ChildSaStatus> bySlot = new LinkedHashMap<>();
  private final Map<String, String> slotOf = new HashMap<>();
  private final Map<String, Set<String>> slotsOfName = new HashMap<>();

  /** Every peer has children of its own. */
  boolean shared;

  boolean isEmpty() {
    return bySlot.isEmpty();
  }

  Collection<ChildSaStatus> values() {
    return Collections.unmodifiableCollection(bySlot.values());
  }

  Set<String> names() {
    return Collections.unmodifiableSet(slotsOfName.keySet());
  }

  boolean has(String name) {
    return slotsOfName.containsKey(name);
  }

  /** What a child's counters are summed under: the same after a rekey. */
  String slot(ChildSaStatus child) {
    return shared ? child.name() + " " + child.selectors() : child.name();
  }

  boolean isCurrent(ChildSaStatus child) {
    return bySlot.get(slot(child)) == child;
  }

  /** Number of names of which a child carries traffic. */
  long working(Set<String> burnt) {
    return slotsOfName.values().stream()
        .filter(slots -> slots.stream().anyMatch(s -> !burnt.contains(bySlot.get(s).uid())))
        .count();
  }

  /** Adds a child; returns the one that it takes the place of, or null. */
  ChildSaStatus put(ChildSaStatus child) {
    String slot = slot(child);
    ChildSaStatus old = bySlot.put(slot, child);
    if (old != null) {
      slotOf.remove(old.uid());
    }
    slotOf.put(child.uid(), slot);
    slotsOfName.computeIfAbsent(child.name(), name -> new LinkedHashSet<>()).add(slot);
    return old;
  }

  /** Whether it was there. */
  boolean remove(String uid) {
    String slot = slotOf.remove(uid);
    if (slot == null) {
      return false;
    }
    ChildSaStatus child = bySlot.remove(slot);
    slotsOfName.computeIfPresent(
        child.name(),
        (name, slots) -> {
          slots.remove(slot);
          return slots.isEmpty() ? null : slots;
        });
    return true;
  }

  void removeNamed(String name) {
    Set<String> slots = slotsOfName.remove(name);
    if (slots != null) {
      slots.forEach(slot -> slotOf.remove(bySlot.remove(slot).uid()));
    }
  }

  void clear() {
    bySlot.clear();
    slotOf.clear();
    slotsOfName.clear();
  }
}
