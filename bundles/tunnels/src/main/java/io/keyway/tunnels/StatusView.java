package io.keyway.tunnels;

import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.tunnels.plan.TunnelPlan;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a tunnel's state looks like from outside. */
final class StatusView {

  private StatusView() {}

  static Phase phase(TunnelEntry entry, Services services) {
    if (entry.plan.verdict() == TunnelPlan.Verdict.INVALID) {
      return Phase.INVALID;
    }
    if (!entry.tunnel.enable()) {
      return Phase.DISABLED;
    }
    if (entry.plan.verdict() == TunnelPlan.Verdict.WAITING || services.missing().isPresent()) {
      return Phase.WAITING;
    }
    long working = entry.working();
    if (working > 0) {
      return working == entry.plan.children().size() ? Phase.UP : Phase.PARTIAL;
    }
    if (!entry.held || planeProblem(entry, services).isPresent()) {
      return Phase.WAITING;
    }
    if (!entry.connecting.isEmpty() || !entry.up.isEmpty()) {
      return Phase.CONNECTING;
    }
    return entry.holdTraps && !entry.terminated && entry.retries.isEmpty()
        ? Phase.TRAPPED
        : Phase.DOWN;
  }

  static TunnelStatus status(TunnelEntry entry, Services services) {
    return new TunnelStatus(
        entry.tunnel.name(),
        entry.tunnel.gateway(),
        entry.plan.plane().orElse(""),
        entry.phase,
        reason(entry, services),
        entry.held && entry.plan.whole() && entry.phase != Phase.UP,
        entry.since(),
        List.copyOf(entry.up.values()),
        entry.sums.sent(),
        entry.sums.received(),
        entry.rekeys,
        entry.sums.held(),
        entry.holdTraps ? OptionalLong.of(entry.acquires) : OptionalLong.empty());
  }

  /** Says that SAs of an earlier engine carry traffic on. */
  static TunnelStatus withLeftovers(TunnelStatus status) {
    return new TunnelStatus(
        status.name(),
        status.gateway(),
        status.dataPlane(),
        status.phase(),
        join("SAs of an earlier engine carry its traffic; initiate replaces them", status.reason()),
        status.held(),
        status.since(),
        status.children(),
        status.outbound(),
        status.inbound(),
        status.rekeys(),
        status.heldTraffic(),
        status.acquires());
  }

  private static String reason(TunnelEntry entry, Services services) {
    String remark = entry.plan.reason();
    String main =
        switch (entry.phase) {
          case INVALID -> "";
          case DISABLED ->
              "disabled by configuration" + (entry.held ? "; its traffic is held" : "");
          case WAITING -> waiting(entry, services);
          case DOWN ->
              entry.terminated
                  ? "terminated by an operator; initiate it to bring it up"
                  : entry.failure.isEmpty() ? "not initiated" : entry.failure;
          case TRAPPED ->
              "waits for traffic" + (entry.failure.isEmpty() ? "" : "; last: " + entry.failure);
          case CONNECTING, PARTIAL -> entry.failure;
          case UP -> planeProblem(entry, services).orElse("");
        };
    String hold = entry.holdProblem;
    return join(join(main, hold), remark);
  }

  private static String waiting(TunnelEntry entry, Services services) {
    if (entry.plan.verdict() == TunnelPlan.Verdict.WAITING) {
      return "";
    }
    return services
        .missing()
        .or(() -> planeProblem(entry, services))
        .or(() -> entry.burnt.isEmpty() ? Optional.empty() : Optional.of(entry.failure))
        .orElse(entry.holdProblem.isEmpty() ? "waiting for its hold policy" : "");
  }

  private static Optional<String> planeProblem(TunnelEntry entry, Services services) {
    return entry.plan.plane().flatMap(services::planeProblem);
  }

  private static String join(String first, String second) {
    if (first.isEmpty() || second.isEmpty() || first.equals(second)) {
      return first.isEmpty() ? second : first;
    }
    return first + "; " + second;
  }
}
