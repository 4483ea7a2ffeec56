package io.keyway.testing;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A state store of one test. */
public final class MemoryStateStore implements StateStore {

  public final Map<String, StateRecord> records = new TreeMap<>();

  @Override
  public Outcome put(StateRecord value) {
    records.put(value.owner() + "/" + value.key(), value);
    return Outcome.ok();
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return Optional.ofNullable(records.get(owner + "/" + key));
  }

  @Override
  public Outcome remove(String owner, String key) {
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
