package io.keyway.plane.vrouter;

import io.keyway.plane.support.PlaneMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A memory that outlives planes, as long as the test. */
public final class MapMemory implements PlaneMemory {

  private final Map<String, byte[]> records = new HashMap<>();
  private volatile boolean there = true;

  public void there(boolean yes) {
    there = yes;
  }

  @Override
  public long life() {
    return there ? 1 : 0;
  }

  @Override
  public synchronized Map<String, byte[]> load(String plane, int schema) {
    return Map.copyOf(records);
  }

  @Override
  public synchronized String put(String plane, String key, int schema, byte[] octets) {
    records.put(key, octets);
    return "";
  }

  @Override
  public synchronized void remove(String plane, String key) {
    records.remove(key);
  }

  @Override
  public CompletionStage<Void> sync() {
    return CompletableFuture.completedFuture(null);
  }
}
