package io.keyway.api.tunnel;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.sa.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a tunnel is.
 *
 * @param phase where it stands
 * @param reason why it is not up, or what stays unprotected; names the cause and what to do
 * @param held its traffic is held by a confirmed policy while it is not up
 * @param outbound counters that survive a rekey; absent where the plane does not count
 * @param inbound same for the other way
 * @param rekeys number of child rekeys since it came up
 * @param heldTraffic what was dropped for want of an SA; absent where the plane does not count it
 * @param acquires how often the plane told that a packet waits, since the bundle started; absent of
 *     a tunnel that does not wait for packets
 */
public record TunnelStatus(
    String name,
    String gateway,
    String dataPlane,
    Phase phase,
    String reason,
    boolean held,
    Optional<Instant> since,
    List<ChildSaStatus> children,
    Usage outbound,
    Usage inbound,
    long rekeys,
    Usage heldTraffic,
    OptionalLong acquires) {

  /** Where a tunnel stands. */
  public enum Phase {
    /** The configuration cannot be carried out; see the reason. */
    INVALID,
    /** Switched off by configuration. */
    DISABLED,
    /** A service or the data plane is missing; see the reason. */
    WAITING,
    /** Not up, and nobody tries. */
    DOWN,
    /** Not up: the next packet starts it. */
    TRAPPED,
    /** Being negotiated. */
    CONNECTING,
    /** Every child carries traffic. */
    UP,
    /** Some children carry traffic, others do not. */
    PARTIAL
  }

  /** Of a plane that does not count what it holds. */
  public TunnelStatus(
      String name,
      String gateway,
      String dataPlane,
      Phase phase,
      String reason,
      boolean held,
      Optional<Instant> since,
      List<ChildSaStatus> children,
      Usage outbound,
      Usage inbound,
      long rekeys) {
    this(
        name,
        gateway,
        dataPlane,
        phase,
        reason,
        held,
        since,
        children,
        outbound,
        inbound,
        rekeys,
        Usage.ABSENT,
        OptionalLong.empty());
  }

  public TunnelStatus {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(reason, "reason");
    children = List.copyOf(children);
  }
}
