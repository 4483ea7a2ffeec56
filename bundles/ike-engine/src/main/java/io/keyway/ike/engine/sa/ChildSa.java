package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.engine.base.Worker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One CHILD_SA: a pair of ESP SAs (RFC 7296 section 1.3). Touched by its IKE SA's worker only, but
 * for {@link #ike()}.
 */
final class ChildSa {
  /** Where a child stands. */
  enum State {
    INSTALLING,
    /** Installed, and receives; traffic turns to it in a while (see {@link TakeOver}). */
    WAITING,
    INSTALLED,
    /** Installed; we asked for a successor. */
    REKEYING,
    /** A successor is there; waits for its deletion. */
    REKEYED,
    /** We told the peer that it ends. */
    DELETING,
    DELETED;

    boolean isUp() {
      return this == INSTALLED || this == REKEYING;
    }
  }

  private final ChildId id;
  private final SpiLease lease;
  private final int spiOut;
  private final EspProposal proposal;
  private final IpsecMode mode;
  private final Endpoints installedAt;
  private Endpoints endpoints;
  private final List<SelectorPair> pairs;
  private ChildConfig config;
  private volatile IkeSa ike;
  private State state = State.INSTALLING;
  private Optional<Instant> installed = Optional.empty();
  private Optional<Instant> rekeyAt = Optional.empty();
  private Optional<Instant> endsAt = Optional.empty();
  private ChildSaStatus status;

  /** Our rekey of this child under way, or null. */
  ChildCreateTask rekeying;

  /** The peer's rekey of this child, or null. */
  PeerRekey<ChildSa> peerRekey;

  /** Of two rekeys at the same time ours stays, whatever the peer's still does. */
  boolean rekeyWon;

  /** The child that this one replaces, until the switch is done. */
  ChildSa replaces;

  /** The outbound traffic was turned to this child. */
  boolean selected;

  /**
   * We asked for it, or for the first of those that it replaces; at the peer it is the other way
   * round. Whoever rekeys it changes nothing: both sides judge duplicates by this.
   */
  boolean ours;

  /** The plane lost it: it must be replaced as soon as the plane can be used. */
  boolean burnt;

  /** Where its SAs are just being moved to; null while they are not. */
  Endpoints movingTo;

  /** The plane could not move it. */
  boolean immovable;

  /** An SA came to use the lease, so that the SAD gives it back with the SA. */
  boolean leaseUsed;

  Worker.Timer rekeyTimer = Worker.Timer.NONE;
  Worker.Timer endTimer = Worker.Timer.NONE;
  Worker.Timer switchTimer = Worker.Timer.NONE;

  /** Callers that wait for a rekey. */
  final List<CompletableFuture<ChildResult>> rekeyWaiters = new ArrayList<>();

  /** Callers that wait for the end. */
  final List<CompletableFuture<ChildResult>> endWaiters = new ArrayList<>();

  ChildSa(
      IkeSa ike,
      ChildId id,
      ChildConfig config,
      SpiLease lease,
      int spiOut,
      EspProposal proposal,
      IpsecMode mode,
      Endpoints endpoints,
      List<SelectorPair> pairs) {
    this.ike = ike;
    this.id = id;
    this.config = config;
    this.lease = lease;
    this.spiOut = spiOut;
    this.proposal = proposal;
    this.mode = mode;
    this.installedAt = endpoints;
    this.endpoints = endpoints;
    this.pairs = List.copyOf(pairs);
  }

  ChildId id() {
    return id;
  }

  String uid() {
    return id.uid();
  }

  String name() {
    return config.name();
  }

  ChildConfig config() {
    return config;
  }

  void setConfig(ChildConfig newConfig) {
    config = newConfig;
  }

  IkeSa ike() {
    return ike;
  }

  void setIke(IkeSa successor) {
    ike = successor;
    changed();
  }

  SpiLease lease() {
    return lease;
  }

  int spiIn() {
    return lease.spi().bits();
  }

  int spiOut() {
    return spiOut;
  }

  EspProposal proposal() {
    return proposal;
  }

  IpsecMode mode() {
    return mode;
  }

  Endpoints endpoints() {
    return endpoints;
  }

  /** The SAs lead elsewhere now. Their ids stay those that they were installed by. */
  void setEndpoints(Endpoints now) {
    endpoints = now;
  }

  List<SelectorPair> pairs() {
    return pairs;
  }

  SaId inboundId() {
    return new SaId(
        lease.plane(), Direction.INBOUND, lease.spi(), installedAt.local(), lease.index());
  }

  SaId outboundId() {
    return new SaId(
        lease.plane(), Direction.OUTBOUND, Spi.ofBits(spiOut), installedAt.remote(), lease.index());
  }

  State state() {
    return state;
  }

  void setState(State newState) {
    state = newState;
    changed();
  }

  void setTimes(Instant now, Optional<Instant> rekey, Optional<Instant> end) {
    installed = installed.isPresent() ? installed : Optional.of(now);
    rekeyAt = rekey;
    endsAt = end;
    changed();
  }

  Optional<Instant> installed() {
    return installed;
  }

  Optional<Instant> endsAt() {
    return endsAt;
  }

  void cancelTimers() {
    rekeyTimer.cancel();
    endTimer.cancel();
    switchTimer.cancel();
  }

  private void changed() {
    status = null;
    ike.touch();
  }

  ChildSaStatus status() {
    if (status == null) {
      status =
          new ChildSaStatus(
              id.uid(),
              config.name(),
              state.name(),
              lease.plane(),
              Optional.of(lease),
              Integer.toUnsignedLong(spiOut),
              proposal.keywords(),
              proposal.esn(),
              mode,
              pairs,
              installed,
              rekeyAt,
              endsAt,
              id.peer());
    }
    return status;
  }

  @Override
  public String toString() {
    return id + " " + lease.spi() + "/" + Spi.ofBits(spiOut);
  }
}
