package io.keyway.emulator.infrap4d;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Keeps the newest of what went by until somebody takes it. Thread-safe. */
public final class Recent<T> {
  /** Items that are kept. */
  public static final int KEPT = 10_000;

  /**
   * What was taken.
   *
   * @param forgotten items that nobody took in time, since the last call
   */
  public record Taken<T>(List<T> items, long forgotten) {}

  private final ArrayDeque<T> items = new ArrayDeque<>();
  private long forgotten;

  synchronized void add(T item) {
    if (items.size() == KEPT) {
      items.removeFirst();
      forgotten++;
    }
    items.addLast(item);
  }

  /** Takes up to {@code max} items, oldest first; 0 takes all. */
  synchronized Taken<T> take(int max) {
    int count = max <= 0 ? items.size() : Math.min(max, items.size());
    List<T> taken = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      taken.add(items.removeFirst());
    }
    Taken<T> result = new Taken<>(taken, forgotten);
    forgotten = 0;
    return result;
  }
}
