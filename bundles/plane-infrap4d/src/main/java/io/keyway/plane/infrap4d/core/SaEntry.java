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
    STALE
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

  SaEntry as(State other) {
    return new SaEntry(ref, id, mode, local, remote, other);
  }
}
