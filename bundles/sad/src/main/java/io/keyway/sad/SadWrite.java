package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.SaKeys;
import java.util.concurrent.CompletableFuture;

/** One write that waits in the queue of its plane. Guarded by its {@link SadTable}. */
abstract sealed class SadWrite {

  final SaEntry entry;
  final CompletableFuture<Outcome> answer = new CompletableFuture<>();

  /** Monotonic time after which nobody waits for the answer. */
  final long deadline;

  /** Handed to the plane: from here on its outcome matters even if nobody waits. */
  boolean started;

  /** Answered, or about to be, without having been handed to the plane: it must not be any more. */
  boolean over;

  /** The caller was told that the outcome is unknown. */
  boolean abandoned;

  private SadWrite(SaEntry entry, long deadline) {
    this.entry = entry;
    this.deadline = deadline;
  }

  abstract PlaneChange change();

  /** Installs an SA. */
  static final class Add extends SadWrite {
    final SaKeys keys;

    Add(SaEntry entry, SaKeys keys, long deadline) {
      super(entry, deadline);
      this.keys = keys;
    }

    @Override
    PlaneChange change() {
      return new PlaneChange.AddSa(entry.sa().orElseThrow(), keys);
    }
  }

  /** Removes an SA. */
  static final class Remove extends SadWrite {
    Remove(SaEntry entry, long deadline) {
      super(entry, deadline);
    }

    @Override
    PlaneChange change() {
      return new PlaneChange.RemoveSa(entry.id);
    }
  }

  /** Gives an SA other endpoints. */
  static final class Move extends SadWrite {
    final Endpoints endpoints;

    Move(SaEntry entry, Endpoints endpoints, long deadline) {
      super(entry, deadline);
      this.endpoints = endpoints;
    }

    @Override
    PlaneChange change() {
      return new PlaneChange.MoveSa(entry.id, endpoints);
    }
  }
}
