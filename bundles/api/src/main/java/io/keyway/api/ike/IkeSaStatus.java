package io.keyway.api.ike;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One IKE SA, for people and for the state tree; no keys.
 *
 * @param uid stays across rekeys of the IKE SA
 * @param state such as {@code CONNECTING}, {@code ESTABLISHED}, {@code REKEYING}, {@code DELETING},
 *     {@code FORGOTTEN} (the peer started anew; its children wait to be replaced)
 * @param initiatorSpi 64 bits
 * @param proposal algorithms in strongSwan's words; empty before they are chosen
 * @param ppkId PPK_ID of the post-quantum pre-shared key that is mixed into its keys (RFC 8784);
 *     empty when there is none
 * @param natLocal we are behind a NAT
 * @param natRemote the peer is behind a NAT
 * @param addresses that one side gave the other
 */
public record IkeSaStatus(
    String uid,
    String connection,
    String state,
    boolean initiator,
    long initiatorSpi,
    long responderSpi,
    InetSocketAddress local,
    InetSocketAddress remote,
    String localId,
    String remoteId,
    String proposal,
    String ppkId,
    boolean natLocal,
    boolean natRemote,
    Optional<Instant> established,
    Optional<Instant> rekeyAt,
    AssignedAddresses addresses,
    List<ChildSaStatus> children) {

  public IkeSaStatus {
    Objects.requireNonNull(addresses, "addresses");
    children = List.copyOf(children);
  }

  /** Without addresses that one side gave the other. */
  public IkeSaStatus(
      String uid,
      String connection,
      String state,
      boolean initiator,
      long initiatorSpi,
      long responderSpi,
      InetSocketAddress local,
      InetSocketAddress remote,
      String localId,
      String remoteId,
      String proposal,
      String ppkId,
      boolean natLocal,
      boolean natRemote,
      Optional<Instant> established,
      Optional<Instant> rekeyAt,
      List<ChildSaStatus> children) {
    this(
        uid,
        connection,
        state,
        initiator,
        initiatorSpi,
        responderSpi,
        local,
        remote,
        localId,
        remoteId,
        proposal,
        ppkId,
        natLocal,
        natRemote,
        established,
        rekeyAt,
        AssignedAddresses.NONE,
        children);
  }
}
