package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Generation;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes the claims and places of one plane in the state store, as they change, so that they outlive
 * an end that nobody announced. Nothing waits for a disk here: a plane syncs the store before it
 * writes, and with that all that was noted before its request. Guarded by the {@link SpdTable}.
 */
final class SpdRecords {

  private static final Logger LOG = LoggerFactory.getLogger(SpdRecords.class);

  private final String plane;
  private final Supplier<StateStore> store;
  private Set<String> written;
  private boolean closed;

  /**
   * @param store null where there is none
   */
  SpdRecords(String plane, Supplier<StateStore> store) {
    this.plane = plane;
    this.store = store;
  }

  void generation(Generation generation) {
    put(SpdState.GENERATION, SpdState.encode(plane, generation));
  }

  void claim(Claim claim) {
    put(name(claim.key), SpdState.encode(plane, SpdState.SavedClaim.of(claim)));
  }

  void claimGone(Claim.Key key) {
    remove(name(key));
  }

  /** Notes a place as it is; one where nothing is, and nothing may be, is not worth a note. */
  void place(Place place) {
    String name = SpdState.PLACE + place.key.direction() + "/" + place.key.place();
    if (place.programmed != null || !place.certain || place.inFlight) {
      put(name, SpdState.encode(plane, SpdState.SavedPlace.of(place)));
    } else {
      remove(name);
    }
  }

  private static String name(Claim.Key key) {
    return SpdState.CLAIM
        + key.child().owner()
        + "/"
        + key.child().uid()
        + "/"
        + key.direction()
        + "/"
        + key.selectors();
  }

  private void put(String name, byte[] octets) {
    if (written != null) {
      written.add(name);
    }
    StateStore target = closed ? null : store.get();
    if (target == null) {
      return;
    }
    Outcome outcome =
        target.put(
            new StateRecord(
                SpdState.OWNER, SpdState.prefix(plane) + name, SpdState.SCHEMA, octets));
    if (!outcome.done()) {
      // A policy that a crash would forget is better than a hold that is not there.
      LOG.warn("data plane {}: {} would not outlive a crash: {}", plane, name, outcome.reason());
    }
  }

  private void remove(String name) {
    StateStore target = closed ? null : store.get();
    if (target != null) {
      target.remove(SpdState.OWNER, SpdState.prefix(plane) + name);
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
    String prefix = SpdState.prefix(plane);
    target.keys(SpdState.OWNER).stream()
        .filter(key -> key.startsWith(prefix))
        .map(key -> key.substring(prefix.length()))
        .filter(name -> !written.contains(name))
        .toList()
        .forEach(this::remove);
    written = null;
  }

  /** Another instance writes from here on. */
  void close() {
    closed = true;
  }
}
