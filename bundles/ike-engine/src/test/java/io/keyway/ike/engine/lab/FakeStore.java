package io.keyway.ike.engine.lab;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A state store in memory whose disk takes a while, and forgets what was not synced in a crash. */
public final class FakeStore implements StateStore {
  private static final Duration DISK = Duration.ofMillis(3);

  private final VirtualTime time;
  private final Map<String, StateRecord> records = new TreeMap<>();
  private Map<String, StateRecord> onDisk = new TreeMap<>();
  private boolean broken;

  public FakeStore(VirtualTime time) {
    this.time = time;
  }

  /** The power fails: only what is on the disk is left. */
  public void crash() {
    records.clear();
    records.putAll(onDisk);
  }

  /** The disk takes nothing any more, or does again. */
  public void setBroken(boolean value) {
    broken = value;
  }

  @Override
  public Outcome put(StateRecord value) {
    // Its own copy, as the contract has it: the caller may wipe the octets.
    records.put(value.owner() + " " + value.key(), copy(value));
    return Outcome.ok();
  }

  @Override
  public Optional<StateRecord> get(String owner, String key) {
    return Optional.ofNullable(records.get(owner + " " + key)).map(FakeStore::copy);
  }

  private static StateRecord copy(StateRecord value) {
    return new StateRecord(value.owner(), value.key(), value.schema(), value.octets().clone());
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

  @Override
  public CompletionStage<Void> sync() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Map<String, StateRecord> now = new TreeMap<>(records);
    time.after(
        DISK,
        () -> {
          if (broken) {
            done.completeExceptionally(new IllegalStateException("the disk is full"));
          } else {
            onDisk = now;
            done.complete(null);
          }
        });
    return done;
  }
}
