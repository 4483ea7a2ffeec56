package io.keyway.testing;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** A state store of one test, with a disk that has what was synced. */
public final class MemoryStateStore implements StateStore {

  public final Map<String, StateRecord> records = new TreeMap<>();

  /** Not empty: why nothing is taken. */
  public String full = "";

  private final Map<String, StateRecord> disk = new TreeMap<>();
  private final List<Map.Entry<String, Optional<StateRecord>>> unsynced = new ArrayList<>();

  @Override
  public Outcome put(StateRecord value) {
    if (!full.isEmpty()) {
      return Outcome.full(full);
    }
    String name = value.owner() + "/" + value.key();
    records.put(name, value);
    unsynced.add(Map.entry(name, Optional.of(value)));
    return Outcome.ok();
  }

  @Override
  public CompletionStage<Void> sync() {
    reach(disk, unsynced.size());
    unsynced.clear();
    return CompletableFuture.completedFuture(null);
  }

  private void reach(Map<String, StateRecord> target, int changes) {
    for (var change : unsynced.subList(0, changes)) {
      if (change.getValue().isPresent()) {
        target.put(change.getKey(), change.getValue().get());
      } else {
        target.remove(change.getKey());
      }
    }
  }

  /** What the next process finds: all that was synced, and some of what came after. */
  public MemoryStateStore crash(RandomGenerator random) {
    MemoryStateStore next = new MemoryStateStore();
    next.records.putAll(disk);
    reach(next.records, random.nextInt(unsynced.size() + 1));
    next.disk.putAll(next.records);
    return next;
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return Optional.ofNullable(records.get(owner + "/" + key));
  }

  @Override
  public Outcome remove(String owner, String key) {
    unsynced.add(Map.entry(owner + "/" + key, Optional.empty()));
    return records.remove(owner + "/" + key) == null ? Outcome.absent("no record") : Outcome.ok();
  }

  @Override
  public List<String> keys(String owner) {
    return records.values().stream()
        .filter(r -> r.owner().equals(owner))
        .map(StateRecord::key)
        .toList();
  }
}
