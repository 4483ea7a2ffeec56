package io.keyway.northbound.rules;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import tech.pantheon.triemap.ImmutableTrieMap;

/**
 * A snapshot of a list as an ordinary map. The set views of triemap 1.3 do not tell streams their
 * size, so that collecting one into a list fails; those of {@link AbstractMap} do.
 */
public final class Frozen<V> extends AbstractMap<String, V> {

  private final ImmutableTrieMap<String, V> entries;
  private final int size;

  public Frozen(ImmutableTrieMap<String, V> entries, int size) {
    this.entries = entries;
    this.size = size;
  }

  @Override
  public V get(Object name) {
    return entries.get(name);
  }

  @Override
  public boolean containsKey(Object name) {
    return entries.containsKey(name);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, V>> iterator() {
        return entries.entrySet().iterator();
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
