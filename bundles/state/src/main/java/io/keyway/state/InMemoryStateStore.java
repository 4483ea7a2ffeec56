package io.keyway.state;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@link StateStore} in this process's memory. Safe for many threads. */
public final class InMemoryStateStore implements StateStore, AutoCloseable {
  private final Quota quota;
  private final Changes changes;
  private final Map<String, OwnerSpace> owners = new HashMap<>();

  public InMemoryStateStore(Quota quota) {
    this(quota, Changes.NONE);
  }

  InMemoryStateStore(Quota quota, Changes changes) {
    this.quota = quota;
    this.changes = changes;
  }

  @Override
  public Outcome put(StateRecord value) {
    requireName("owner", value.owner());
    requireName("key", value.key());
    Optional<OwnerSpace> space = claim(value.owner());
    return space
        .map(s -> s.put(value))
        .orElseGet(
            () ->
                Outcome.full(
                    "the state store has its "
                        + quota.owners()
                        + " owners already; '"
                        + value.owner()
                        + "' finds no room; raise owners of io.keyway.state"));
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return find(owner).flatMap(space -> space.get(key));
  }

  @Override
  public Outcome remove(String owner, String key) {
    boolean removed = find(owner).map(space -> space.remove(key)).orElse(false);
    return removed
        ? Outcome.ok()
        : Outcome.absent("owner '" + owner + "' keeps nothing under '" + key + "'");
  }

  @Override
  public List<String> keys(String owner) {
    return find(owner).map(OwnerSpace::keys).orElse(List.of());
  }

  /** Every owner's records, one after the other; others may change them meanwhile. */
  List<OwnerSpace> spaces() {
    synchronized (owners) {
      return List.copyOf(owners.values());
    }
  }

  /** Wipes everything; nobody is told. */
  @Override
  public void close() {
    List<OwnerSpace> all;
    synchronized (owners) {
      all = spaces();
      owners.clear();
    }
    all.forEach(OwnerSpace::clear);
  }

  private Optional<OwnerSpace> find(String owner) {
    synchronized (owners) {
      return Optional.ofNullable(owners.get(owner));
    }
  }

  private Optional<OwnerSpace> claim(String owner) {
    synchronized (owners) {
      OwnerSpace space = owners.get(owner);
      if (space == null && owners.size() < quota.owners()) {
        space = new OwnerSpace(quota, changes);
        owners.put(owner, space);
      }
      return Optional.ofNullable(space);
    }
  }

  private static void requireName(String what, String name) {
    if (name == null || name.isBlank()) {
      throw new IllegalArgumentException("a state record needs a non-blank " + what);
    }
  }
}
