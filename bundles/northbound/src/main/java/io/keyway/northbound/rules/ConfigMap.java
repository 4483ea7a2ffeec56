package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A configuration in memory. Not thread-safe. */
public final class ConfigMap implements ConfigView {

  private final Map<EntryKind, Map<String, Optional<IntentObject>>> entries =
      new EnumMap<>(EntryKind.class);

  public ConfigMap() {
    for (EntryKind kind : EntryKind.values()) {
      entries.put(kind, new HashMap<>());
    }
  }

  public ConfigMap(ConfigMap source) {
    source.entries.forEach((kind, map) -> entries.put(kind, new HashMap<>(map)));
  }

  /** Adds or replaces; an empty {@code value} is an entry that makes no sense by itself. */
  public void put(EntryRef entry, Optional<IntentObject> value) {
    entries.get(entry.kind()).put(entry.name(), value);
  }

  /** Returns whether there was one. */
  public boolean remove(EntryRef entry) {
    return entries.get(entry.kind()).remove(entry.name()) != null;
  }

  @Override
  public boolean exists(EntryRef entry) {
    return entries.get(entry.kind()).containsKey(entry.name());
  }

  @Override
  public Optional<IntentObject> find(EntryRef entry) {
    return entries.get(entry.kind()).getOrDefault(entry.name(), Optional.empty());
  }

  @Override
  public int count(EntryKind kind) {
    return entries.get(kind).size();
  }

  @Override
  public Stream<IntentObject> all(EntryKind kind) {
    return entries.get(kind).values().stream().flatMap(Optional::stream);
  }
}
