package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.plane.infrap4d.device.SaRef;
import java.net.Inet4Address;
import java.util.Objects;

/**
 * An SA on the device, as far as we know.
 *
 * @param remote the peer's gateway address, whichever the direction
 */
record SaEntry(
    SaRef ref, SaId id, IpsecMode mode, Inet4Address local, Inet4Address remote, State state) {

  /** What we know of it. */
  enum State {
    /** Confirmed. */
    INSTALLED,
    /** The answer to its install was lost. */
    UNKNOWN,
    /** To be removed as soon as no row points to it: of a former generation, or half removed. */
    STALE,
    /** The same, and the answer to its install was lost. */
    STRAY,
    /**
     * The answer to its install was lost, and it was not there when it was to be removed. The
     * device may come to it yet, so it is removed once more, later.
     */
    LATE
  }

  SaEntry {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(state, "state");
  }

  /** Without outer addresses, and so without rows of its own. */
  boolean bare() {
    return remote.isAnyLocalAddress() && local.isAnyLocalAddress();
  }

  /** True when it may be on the device, or come there. */
  boolean unanswered() {
    return state == State.UNKNOWN || state == State.STRAY || state == State.LATE;
  }

  /** To be removed. */
  SaEntry doomed() {
    return switch (state) {
      case INSTALLED, STALE -> as(State.STALE);
      case UNKNOWN, STRAY -> as(State.STRAY);
      case LATE -> this;
    };
  }

  SaEntry as(State other) {
    return new SaEntry(ref, id, mode, local, remote, other);
  }
}
