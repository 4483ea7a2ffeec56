package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what the database knows of one plane in the state store, as it changes, so that it outlives
 * an end that nobody announced. Nothing waits for a disk here: a plane syncs the store before it
 * writes, and with that all that was noted before its request. Guarded by the {@link SadTable}.
 */
final class SadRecords {

  private static final Logger LOG = LoggerFactory.getLogger(SadRecords.class);

  /** Where a lease stands. */
  enum LeaseKind {
    /** Somebody holds it. */
    HELD,
    /** It waits for the SA that lives under its index to go. */
    QUARANTINE,
    /** It is there to be used. */
    POOL
  }

  private final String plane;
  private final Supplier<StateStore> store;
  private final LongSupplier wallMillis;
  private final LongSupplier nanos;
  private Set<String> written;
  private boolean closed;

  /**
   * @param store null where there is none
   */
  SadRecords(
      String plane, Supplier<StateStore> store, LongSupplier wallMillis, LongSupplier nanos) {
    this.plane = plane;
    this.store = store;
    this.wallMillis = wallMillis;
    this.nanos = nanos;
  }

  void generation(Generation generation) {
    put(SadState.generationKey(plane), SadState.encode(generation));
  }

  /** Notes an SA as it stands; what only the burnt-key journal knows, that remembers. */
  Outcome sa(SaEntry entry) {
    return entry.sa().isEmpty()
        ? Outcome.ok()
        : put(
            key(entry.id),
            SadState.encode(SadState.Saved.of(entry, nanos.getAsLong()), wallMillis.getAsLong()));
  }

  void saGone(SaId id) {
    remove(key(id));
  }

  void lease(SpiLease lease, LeaseKind kind) {
    put(key(lease.index(), kind), SadState.encode(lease, kind));
  }

  void leaseGone(long index, LeaseKind kind) {
    remove(key(index, kind));
  }

  private String key(SaId id) {
    return SadState.SA
        + id.direction()
        + "."
        + id.spi()
        + "."
        + id.destination().getHostAddress()
        + "."
        + id.index()
        + "@"
        + plane;
  }

  private String key(long index, LeaseKind kind) {
    return SadState.SPI + kind.name().toLowerCase(Locale.ROOT) + "." + index + "@" + plane;
  }

  private Outcome put(String key, byte[] octets) {
    if (written != null) {
      written.add(key);
    }
    StateStore target = closed ? null : store.get();
    if (target == null) {
      return Outcome.ok();
    }
    Outcome outcome = target.put(new StateRecord(SadState.OWNER, key, SadState.SCHEMA, octets));
    if (!outcome.done()) {
      LOG.warn("{} cannot be noted: {}", key, outcome.reason());
    }
    return outcome;
  }

  private void remove(String key) {
    StateStore target = closed ? null : store.get();
    if (target != null) {
      target.remove(SadState.OWNER, key);
    }
  }

  /** Another store: it is told everything, and what it has beside that is removed. */
  void renew(Runnable everything) {
    StateStore target = closed ? null : store.get();
    if (target == null) {
      return;
    }
    written = new HashSet<>();
    everything.run();
    target.keys(SadState.OWNER).stream()
        .filter(key -> SadState.planeOf(key).equals(plane) && !written.contains(key))
        .toList()
        .forEach(this::remove);
    written = null;
  }

  /** Another instance writes from here on. */
  void close() {
    closed = true;
  }
}
