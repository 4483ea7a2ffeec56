package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One SA of one plane as the database sees it. Guarded by its {@link SadTable}. */
final class SaEntry {

  /** Where an SA stands. */
  enum State {
    /** Asked for, not confirmed. */
    INSTALLING,
    /** Confirmed. */
    INSTALLED,
    /** On its way out; its removal is not confirmed. */
    REMOVING,
    /** Its key must not be used any more; waits for its owner, or for its removal. */
    BURNT;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  final SaId id;

  /** Empty for what only the journal of an earlier run remembers. */
  private volatile Optional<SecurityAssociation> sa;

  final Optional<Fingerprint> key;
  final Generation generation;
  private Owner owner;
  volatile State state;

  /** Completes when the SA is off the device, or with why not; null while nobody asked. */
  CompletableFuture<Outcome> removal;

  /** Shall be removed, whether or not anybody still asks. */
  boolean unwanted;

  /** Its removal stands in the queue of the plane. */
  boolean queued;

  /** The lease it lives under, when we gave it out. */
  SpiLease lease;

  /** The write that installs it, until that is over. */
  SadWrite.Add adding;

  /** Monotonic time of the confirmation. */
  long installedNanos;

  /** Its lifetimes run. */
  volatile boolean watched;

  boolean softTold;
  boolean hardTold;
  final List<Registration> timers = new ArrayList<>();
  final Counted counted = new Counted();

  /** What was counted for an SA since it was installed. Guarded by itself. */
  static final class Counted {
    boolean based;
    long lastPackets;
    long lastBytes;
    long packets;
    long bytes;

    synchronized Counted copy() {
      Counted copy = new Counted();
      copy.take(this);
      return copy;
    }

    /** Takes over what an earlier instance had counted. */
    synchronized void take(Counted other) {
      based = other.based;
      lastPackets = other.lastPackets;
      lastBytes = other.lastBytes;
      packets = other.packets;
      bytes = other.bytes;
    }
  }

  SaEntry(SecurityAssociation sa, Fingerprint key, Generation generation, State state) {
    this.id = sa.id();
    this.sa = Optional.of(sa);
    this.key = Optional.ofNullable(key);
    this.generation = generation;
    this.owner = sa.child().owner();
    this.state = state;
  }

  /** An SA that only the journal remembers. */
  SaEntry(KeyNote note) {
    this.id = note.sa();
    this.sa = Optional.empty();
    this.key = Optional.of(note.burnt());
    this.generation = note.generation();
    this.owner = new Owner(note.owner(), "");
    this.state = State.BURNT;
  }

  Optional<SecurityAssociation> sa() {
    return sa;
  }

  Optional<ChildId> child() {
    return sa.map(SecurityAssociation::child);
  }

  Owner owner() {
    return owner;
  }

  boolean outbound() {
    return id.direction() == Direction.OUTBOUND;
  }

  /** Carries traffic, or is about to. */
  boolean alive() {
    return state == State.INSTALLING || state == State.INSTALLED;
  }

  void replace(SecurityAssociation changed) {
    sa = Optional.of(changed);
    owner = changed.child().owner();
  }

  void cancelTimers() {
    timers.forEach(Registration::close);
    timers.clear();
  }
}
