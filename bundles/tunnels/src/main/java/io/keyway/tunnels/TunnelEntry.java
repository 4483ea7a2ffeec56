package io.keyway.tunnels;

import io.keyway.api.Registration;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.sa.ChildId;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.tunnels.plan.TunnelPlan;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One tunnel at run time; belongs to the loop. */
final class TunnelEntry {

  Tunnel tunnel;
  TunnelPlan plan;
  StartAction startAction = StartAction.NONE;

  /**
   * The claim that holds its traffic; a change of selectors makes a new one before the old goes.
   */
  ChildId hold;

  /** Earlier claims that go when the present one stands, however often it was replaced before. */
  final Set<ChildId> replaced = new LinkedHashSet<>();

  /** The claim gives way to others, as that of a tunnel that cannot be carried out. */
  boolean holdFills;

  /** The claim tells of packets, which start the tunnel. */
  boolean holdTraps;

  /** How often a packet was told to wait. */
  long acquires;

  /** Every hold was confirmed by the SPD. */
  boolean held;

  /**
   * Every hold was confirmed once since it was put. A plane that restarts needs them confirmed
   * anew, but the IKE SA lives on meanwhile: children are rekeyed on it, not negotiated from
   * scratch.
   */
  boolean stood;

  /** Children whose keys were lost with an earlier life of the plane, by uid. */
  final Set<String> burnt = new HashSet<>();

  /** Why holds could not be placed; empty when they are. */
  String holdProblem = "";

  /** Taken down by an operator; stays down until initiated. */
  boolean terminated;

  final UpChildren up = new UpChildren();
  final Set<String> connecting = new HashSet<>();
  final Map<String, Registration> retries = new LinkedHashMap<>();
  final Backoff backoff;
  String failure = "";

  TunnelStatus.Phase phase = TunnelStatus.Phase.DOWN;
  Instant since;
  long rekeys;
  final Sums sums = new Sums();

  TunnelEntry(Backoff backoff) {
    this.backoff = backoff;
  }

  boolean wantsHold() {
    return tunnel.enable()
        || tunnel.whenDisabled() == io.keyway.api.intent.IntentObject.WhenDisabled.HOLD;
  }

  /** Its children belong into the engine. */
  boolean loadable() {
    return tunnel.enable() && plan.verdict() == TunnelPlan.Verdict.READY && (held || stood);
  }

  /** Number of children that carry traffic. */
  long working() {
    return up.working(burnt);
  }

  /** It is brought up without anybody's asking, and again when lost. */
  boolean wantsUp() {
    return mayStart() && startAction == StartAction.START;
  }

  /** It can be brought up, and no operator took it down. */
  boolean mayStart() {
    return loadable() && held && !terminated;
  }

  /** Packets start it (RFC 4301 section 4.4.1.2). */
  boolean traps() {
    return tunnel.enable()
        && startAction == StartAction.TRAP
        && plan.verdict() == TunnelPlan.Verdict.READY;
  }

  void cancelRetries() {
    retries.values().forEach(Registration::close);
    retries.clear();
  }

  Optional<Instant> since() {
    return Optional.ofNullable(since);
  }
}
