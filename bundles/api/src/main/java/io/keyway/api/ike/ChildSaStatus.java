package io.keyway.api.ike;

import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import java.time.Instant;
import java.util.List;
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
    Optional<Instant> endsAt) {

  public ChildSaStatus {
    selectors = List.copyOf(selectors);
  }
}
