package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Remembers records, and how often it was told something. */
final class FakeStore implements StateStore {

  final Map<String, StateRecord> records = new TreeMap<>();
  int puts;

  @Override
  public Outcome put(StateRecord value) {
    puts++;
    records.put(value.owner() + " " + value.key(), value);
    return Outcome.ok();
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return Optional.ofNullable(records.get(owner + " " + key));
  }

  @Override
  public Outcome remove(String owner, String key) {
    return records.remove(owner + " " + key) == null ? Outcome.absent("no record") : Outcome.ok();
  }

  @Override
  public List<String> keys(String owner) {
    return records.keySet().stream()
        .filter(key -> key.startsWith(owner + " "))
        .map(key -> key.substring(owner.length() + 1))
        .toList();
  }
}
