package io.keyway.state;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore.StateRecord;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records of one owner. One lock per owner: a copy handed out is never one that is being wiped,
 * and owners do not wait for each other.
 */
final class OwnerSpace {
  private final Quota quota;
  private final Changes changes;
  private final Map<String, StateRecord> records = new HashMap<>();
  private long octets;

  OwnerSpace(Quota quota, Changes changes) {
    this.quota = quota;
    this.changes = changes;
  }

  synchronized Outcome put(StateRecord value) {
    StateRecord old = records.get(value.key());
    long growth = size(value) - (old == null ? 0 : size(old));
    if (old == null && records.size() >= quota.records()) {
      return Outcome.full(
          "owner '"
              + value.owner()
              + "' has "
              + records.size()
              + " records, as many as it may; raise recordsPerOwner of io.keyway.state");
    }
    if (octets + growth > quota.octets()) {
      return Outcome.full(
          "owner '"
              + value.owner()
              + "' would exceed its "
              + quota.octets()
              + " octets; raise octetsPerOwner of io.keyway.state");
    }
    octets += growth;
    records.put(value.key(), copy(value));
    changes.put(value);
    wipe(old);
    return Outcome.ok();
  }

  synchronized Optional<StateRecord> get(String key) {
    return Optional.ofNullable(records.get(key)).map(OwnerSpace::copy);
  }

  synchronized boolean remove(String key) {
    StateRecord old = records.remove(key);
    if (old == null) {
      return false;
    }
    octets -= size(old);
    changes.removed(old.owner(), key);
    wipe(old);
    return true;
  }

  synchronized List<String> keys() {
    return List.copyOf(records.keySet());
  }

  /** Copies of all records, which the caller wipes. */
  synchronized List<StateRecord> copies() {
    return records.values().stream().map(OwnerSpace::copy).toList();
  }

  synchronized void clear() {
    records.values().forEach(OwnerSpace::wipe);
    records.clear();
    octets = 0;
  }

  private static long size(StateRecord value) {
    return value.octets().length + 2L * value.key().length();
  }

  private static StateRecord copy(StateRecord value) {
    return new StateRecord(value.owner(), value.key(), value.schema(), value.octets().clone());
  }

  static void wipe(StateRecord value) {
    if (value != null) {
      Arrays.fill(value.octets(), (byte) 0);
    }
  }
}
