package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tech.pantheon.triemap.MutableTrieMap;
import tech.pantheon.triemap.TrieMap;

/**
 * A configuration in memory. A copy, and a snapshot of a list, cost nothing, however long the
 * configuration is: they share what does not change. Not thread-safe; snapshots are.
 */
public final class ConfigMap implements ConfigView {

  /** One list: entries that make sense by themselves, and the names of those that do not. */
  private static final class Entries {
    final MutableTrieMap<String, IntentObject> sensible;
    final MutableTrieMap<String, Boolean> senseless;
    int count;

    Entries() {
      sensible = TrieMap.create();
      senseless = TrieMap.create();
    }

    Entries(Entries source) {
      sensible = source.sensible.mutableSnapshot();
      senseless = source.senseless.mutableSnapshot();
      count = source.count;
    }

    boolean remove(String name) {
      boolean removed = sensible.remove(name) != null || senseless.remove(name) != null;
      count -= removed ? 1 : 0;
      return removed;
    }
  }

  private final Map<EntryKind, Entries> lists = new EnumMap<>(EntryKind.class);

  public ConfigMap() {
    for (EntryKind kind : EntryKind.values()) {
      lists.put(kind, new Entries());
    }
  }

  public ConfigMap(ConfigMap source) {
    source.lists.forEach((kind, entries) -> lists.put(kind, new Entries(entries)));
  }

  /** Adds or replaces; an empty {@code value} is an entry that makes no sense by itself. */
  public void put(EntryRef entry, Optional<IntentObject> value) {
    Entries entries = lists.get(entry.kind());
    entries.remove(entry.name());
    if (value.isPresent()) {
      entries.sensible.put(entry.name(), value.get());
    } else {
      entries.senseless.put(entry.name(), Boolean.TRUE);
    }
    entries.count++;
  }

  /** Returns whether there was one. */
  public boolean remove(EntryRef entry) {
    return lists.get(entry.kind()).remove(entry.name());
  }

  /** The entries of a list that make sense by themselves, as they are now; immutable. */
  public Map<String, IntentObject> snapshot(EntryKind kind) {
    Entries entries = lists.get(kind);
    return new Frozen<>(
        entries.sensible.immutableSnapshot(), entries.count - entries.senseless.size());
  }

  /** The names of a list's entries, with or without sense; may take long. */
  public List<String> names(EntryKind kind) {
    Entries entries = lists.get(kind);
    List<String> names = new ArrayList<>(entries.count);
    names.addAll(entries.sensible.keySet());
    names.addAll(entries.senseless.keySet());
    return names;
  }

  @Override
  public boolean exists(EntryRef entry) {
    Entries entries = lists.get(entry.kind());
    return entries.sensible.containsKey(entry.name())
        || entries.senseless.containsKey(entry.name());
  }

  @Override
  public Optional<IntentObject> find(EntryRef entry) {
    return Optional.ofNullable(lists.get(entry.kind()).sensible.get(entry.name()));
  }

  @Override
  public int count(EntryKind kind) {
    return lists.get(kind).count;
  }

  @Override
  public Stream<IntentObject> all(EntryKind kind) {
    return lists.get(kind).sensible.values().stream();
  }
}
