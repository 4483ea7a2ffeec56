package io.keyway.ike.engine.base;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters by name; they only grow. */
public final class EngineCounters {
  private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

  public void count(String name) {
    counters.computeIfAbsent(name, n -> new LongAdder()).increment();
  }

  /** A copy, sorted by name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> copy = new TreeMap<>();
    counters.forEach((name, counter) -> copy.put(name, counter.sum()));
    return copy;
  }
}
