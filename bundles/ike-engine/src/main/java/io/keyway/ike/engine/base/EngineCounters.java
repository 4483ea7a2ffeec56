package io.keyway.ike.engine.base;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters by name; they only grow, and their number is bounded whatever peers do. */
public final class EngineCounters {
  /** Far more than there are names in this bundle. */
  static final int MOST_NAMES = 1000;

  private static final String OVERFLOW = "counters-not-kept";

  private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

  public void count(String name) {
    LongAdder counter = counters.get(name);
    if (counter == null) {
      String kept = counters.size() < MOST_NAMES ? name : OVERFLOW;
      counter = counters.computeIfAbsent(kept, n -> new LongAdder());
    }
    counter.increment();
  }

  /** A copy, sorted by name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> copy = new TreeMap<>();
    counters.forEach((name, counter) -> copy.put(name, counter.sum()));
    return copy;
  }
}
