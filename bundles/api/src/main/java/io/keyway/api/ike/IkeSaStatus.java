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
 * @param resumption whether it was resumed, and can be
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
    Resumption resumption,
    List<ChildSaStatus> children) {

  /**
   * Session resumption (RFC 5723).
   *
   * @param resumed with a ticket, rather than that the peers authenticated
   * @param ticketUntil when the ticket with which it could be resumed expires: as client the one
   *     that we hold, as gateway the latest that we granted; empty when there is none
   */
  public record Resumption(boolean resumed, Optional<Instant> ticketUntil) {
    public static final Resumption NONE = new Resumption(false, Optional.empty());
  }

  public IkeSaStatus {
    Objects.requireNonNull(addresses, "addresses");
    Objects.requireNonNull(resumption, "resumption");
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
        Resumption.NONE,
        children);
  }

  /** Without resumption. */
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
      AssignedAddresses addresses,
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
        addresses,
        Resumption.NONE,
        children);
  }
}
