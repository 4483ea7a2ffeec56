package io.keyway.api.store;

import io.keyway.api.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps what must outlive a bundle, as octets with an owner and a schema version: never objects of
 * a bundle's own classes, which would pin its class loader.
 *
 * <p>Reads and changes are calls to memory, never to a disk, and may be made under a lock. What
 * must outlive the process, too, has to be followed by {@link #sync}: of changes that were not
 * synced a crash leaves some prefix of their order.
 */
public interface StateStore {

  /**
   * One record.
   *
   * @param owner stable name of the bundle, such as {@code ike-native}
   * @param key unique within the owner
   * @param schema version of the octets' layout, for the bundle that comes
   * @param octets content; the store keeps its own copy and wipes it when it is replaced
   */
  record StateRecord(String owner, String key, int schema, byte[] octets) {
    /** Never the content, which may hold keys. */
    @Override
    public String toString() {
      return "StateRecord[" + owner + "/" + key + " v" + schema + "]";
    }
  }

  /** Adds or replaces; FULL when the owner's quota is reached. */
  Outcome put(StateRecord value);

  Optional<StateRecord> get(String owner, String key);

  /** Removes and wipes; ABSENT when there was none. */
  Outcome remove(String owner, String key);

  /** Keys of an owner, in no order. */
  List<String> keys(String owner);

  /**
   * Makes durable what was changed before this call, by whichever owner. Calls that come together
   * share one write.
   *
   * @return completes when it is on the disk; exceptionally, with a reason for people as message,
   *     when that is not certain: what must be noted before it is done must not be done then. A
   *     store that lives in memory only completes at once.
   */
  default CompletionStage<Void> sync() {
    return CompletableFuture.completedFuture(null);
  }
}
