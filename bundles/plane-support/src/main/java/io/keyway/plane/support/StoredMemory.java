package io.keyway.plane.support;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Remembers in the state store, when there is one. Keys carry the plane's name behind an {@code @},
 * which none of the plane's own keys has.
 */
public final class StoredMemory implements PlaneMemory {

  private static final String NO_STORE = "there is no state store; start the bundle keyway-state";

  private record Bound(StateStore store, long life) {}

  private final String owner;
  private long lives;
  private volatile Bound bound = new Bound(null, 0);

  /**
   * @param owner of the records in the store, such as {@code plane-infrap4d}
   */
  public StoredMemory(String owner) {
    this.owner = owner;
  }

  /** A store came; it is told everything by the planes that wrote without it. */
  public synchronized void bind(StateStore service) {
    lives++;
    bound = new Bound(service, lives);
  }

  /** It went: nothing is written to a device until there is one again. */
  public synchronized void unbind(StateStore service) {
    if (bound.store() == service) {
      bound = new Bound(null, 0);
    }
  }

  @Override
  public long life() {
    return bound.life();
  }

  @Override
  public Map<String, byte[]> load(String plane, int schema) {
    StateStore store = bound.store();
    Map<String, byte[]> records = new HashMap<>();
    if (store != null) {
      for (String key : store.keys(owner)) {
        int at = key.indexOf('@');
        if (at > 0 && key.substring(at + 1).equals(plane)) {
          store
              .get(owner, key)
              .filter(r -> r.schema() == schema)
              .ifPresent(r -> records.put(key.substring(0, at), r.octets()));
        }
      }
    }
    return records;
  }

  @Override
  public String put(String plane, String key, int schema, byte[] octets) {
    StateStore store = bound.store();
    if (store == null) {
      return NO_STORE;
    }
    Outcome outcome = store.put(new StateRecord(owner, key + "@" + plane, schema, octets));
    return outcome.done() ? "" : outcome.reason();
  }

  @Override
  public void remove(String plane, String key) {
    StateStore store = bound.store();
    if (store != null) {
      store.remove(owner, key + "@" + plane);
    }
  }

  @Override
  public CompletionStage<Void> sync() {
    StateStore store = bound.store();
    return store == null ? CompletableFuture.failedFuture(new IOException(NO_STORE)) : store.sync();
  }
}
