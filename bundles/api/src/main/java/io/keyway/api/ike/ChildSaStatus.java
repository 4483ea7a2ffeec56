package io.keyway.api.ike;

import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One CHILD_SA, for people and for the state tree; no keys.
 *
 * @param uid the {@code ChildId} uid in SAD and SPD
 * @param name name of the child's configuration; stays across rekeys
 * @param state such as {@code INSTALLING}, {@code INSTALLED}, {@code REKEYING}, {@code REKEYED},
 *     {@code DELETING}
 * @param spiOut 0 before the peer told it
 * @param proposal algorithms in strongSwan's words
 * @param peer the identity that the peer proved, as text; empty: not known
 */
public record ChildSaStatus(
    String uid,
    String name,
    String state,
    String plane,
    Optional<SpiLease> spiIn,
    long spiOut,
    String proposal,
    boolean esn,
    IpsecMode mode,
    List<SelectorPair> selectors,
    Optional<Instant> installed,
    Optional<Instant> rekeyAt,
    Optional<Instant> endsAt,
    String peer) {

  public ChildSaStatus {
    Objects.requireNonNull(peer, "peer");
    selectors = List.copyOf(selectors);
  }

  /** With a peer that is not known. */
  public ChildSaStatus(
      String uid,
      String name,
      String state,
      String plane,
      Optional<SpiLease> spiIn,
      long spiOut,
      String proposal,
      boolean esn,
      IpsecMode mode,
      List<SelectorPair> selectors,
      Optional<Instant> installed,
      Optional<Instant> rekeyAt,
      Optional<Instant> endsAt) {
    this(
        uid, name, state, plane, spiIn, spiOut, proposal, esn, mode, selectors, installed, rekeyAt,
        endsAt, "");
  }
}
