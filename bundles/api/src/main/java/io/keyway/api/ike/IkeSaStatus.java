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
 * @param extensions what else the two ends agreed on
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
    Extensions extensions,
    List<ChildSaStatus> children) {

  /**
   * What only works if both ends know it.
   *
   * @param mobike it can move to other addresses (RFC 4555)
   * @param crashDetection the peer gave us a token, by which it can prove that it lost the IKE SA
   *     (RFC 6290)
   */
  public record Extensions(boolean mobike, boolean crashDetection) {
    public static final Extensions NONE = new Extensions(false, false);
  }

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
    Objects.requireNonNull(extensions, "extensions");
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
        Extensions.NONE,
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
        Extensions.NONE,
        children);
  }

  /** The same with other extensions. */
  public IkeSaStatus withExtensions(Extensions agreed) {
    return new IkeSaStatus(
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
        resumption,
        agreed,
        children);
  }

  /** The same with other tickets. */
  public IkeSaStatus withResumption(Resumption tickets) {
    return new IkeSaStatus(
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
        tickets,
        extensions,
        children);
  }
}
