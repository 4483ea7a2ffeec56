package io.keyway.emulator.infrap4d.pipeline;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one emulator; they survive restarts of the device. Thread-safe. */
public final class Counters {
  private final Map<Counter, LongAdder> values = new EnumMap<>(Counter.class);

  public Counters() {
    for (Counter counter : Counter.values()) {
      values.put(counter, new LongAdder());
    }
  }

  void add(Counter counter, long amount) {
    values.get(counter).add(amount);
  }

  /** Adds one. */
  public void count(Counter counter) {
    values.get(counter).increment();
  }

  public long get(Counter counter) {
    return values.get(counter).sum();
  }

  /** Every counter by its name. */
  public Map<String, Long> snapshot() {
    Map<String, Long> snapshot = new LinkedHashMap<>();
    values.forEach((counter, value) -> snapshot.put(counter.text(), value.sum()));
    return snapshot;
  }
}
