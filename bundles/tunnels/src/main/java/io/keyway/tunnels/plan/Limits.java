package io.keyway.tunnels.plan;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.sa.Lifetime;
import java.util.List;
import java.util.Optional;

/**
 * Whether somebody notices that an SA reached its limit: the plane, or Keyway by the plane's
 * counters. Time is always noticed. What nobody would notice is refused and not ignored.
 */
final class Limits {

  private Limits() {}

  /** Why limits of a child policy could not be kept; empty when they can. */
  static Optional<String> refusal(
      String plane, ChildPolicy policy, List<EspProposal> carried, PlaneCapabilities can) {
    Lifetime lifetime = policy.lifetime();
    boolean packets = lifetime.soft().packets() + lifetime.hard().packets() > 0;
    boolean bytes = lifetime.soft().bytes() + lifetime.hard().bytes() > 0;
    boolean ends = carried.stream().anyMatch(proposal -> !proposal.esn());
    boolean counts = can.outboundCounters();
    if (bytes && !can.byteLimits() && !counts) {
      return Optional.of(
          plane
              + " neither ends SAs by volume nor counts, so nobody would notice rekey-bytes and"
              + " life-bytes; use rekey-time and life-time");
    }
    if (packets && !can.packetLimits() && !counts) {
      return Optional.of(
          plane
              + " neither ends SAs by packets nor counts, so nobody would notice rekey-packets and"
              + " life-packets; use rekey-time and life-time");
    }
    if (ends && !can.packetLimits() && !counts) {
      return Optional.of(
          plane
              + " counts no packets, so nobody would notice the end of the sequence numbers (RFC"
              + " 4303 section 3.3.3); offer proposals with esn only");
    }
    return Optional.empty();
  }
}
