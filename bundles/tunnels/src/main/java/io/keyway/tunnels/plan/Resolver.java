package io.keyway.tunnels.plan;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Mobility;
import io.keyway.api.ike.Redirection;
import io.keyway.api.ike.VirtualAddresses;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.DataPlane;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Follows the names in a configuration, and says which of them leads nowhere. */
public final class Resolver {

  private final IntentSnapshot intent;
  private final Map<String, DataPlane> planes;

  /**
   * @param planes the data plane services that are there, by name
   */
  public Resolver(IntentSnapshot intent, Map<String, DataPlane> planes) {
    this.intent = intent;
    this.planes = planes;
  }

  /** Plans one tunnel. */
  public TunnelPlan plan(Tunnel tunnel) {
    Gateway gateway = intent.gateways().get(tunnel.gateway());
    ChildPolicy policy = intent.childPolicies().get(tunnel.childPolicy());
    Optional<String> problem = problem(tunnel, gateway, policy);
    Optional<String> plane = gateway == null ? onlyPlane() : planeOf(gateway);
    if (gateway == null || policy == null) {
      return TunnelPlan.invalid(
          plane,
          tunnel.gateway(),
          plane
              .map(planes::get)
              .map(
                  p ->
                      Planner.holdable(
                          tunnel,
                          Optional.ofNullable(gateway),
                          gateway == null ? List.of() : pools(gateway),
                          Optional.ofNullable(policy),
                          p))
              .orElse(Holdable.NOTHING),
          problem.orElseThrow());
    }
    if (plane.isEmpty()) {
      String reason =
          "gateway '"
              + gateway.name()
              + "' names no data plane, and there "
              + (intent.dataPlanes().isEmpty() ? "is none" : "are several")
              + "; set data-plane";
      return TunnelPlan.invalid(plane, gateway.name(), Holdable.NOTHING, problem.orElse(reason));
    }
    DataPlane service = planes.get(plane.get());
    if (service == null) {
      TunnelPlan waiting =
          Planner.waiting(
              tunnel,
              gateway,
              pools(gateway),
              policy,
              plane.get(),
              "waiting for data plane " + plane.get());
      return problem.map(p -> waiting.refused(true, p)).orElse(waiting);
    }
    TunnelPlan planned = Planner.plan(tunnel, gateway, pools(gateway), policy, service);
    return problem.map(p -> planned.refused(true, p)).orElse(planned);
  }

  private Optional<String> problem(Tunnel tunnel, Gateway gateway, ChildPolicy policy) {
    return found(tunnel)
        .or(() -> missing(gateway, "gateway", tunnel.gateway()))
        .or(() -> missing(policy, "child policy", tunnel.childPolicy()))
        .or(() -> found(gateway))
        .or(() -> found(policy))
        .or(() -> ikeProblem(gateway));
  }

  /** Those that are there; that one is missing is told with the gateway. */
  private List<AddressPool> pools(Gateway gateway) {
    return gateway.pools().stream()
        .map(intent.pools()::get)
        .filter(Objects::nonNull)
        .map(Pool::addresses)
        .toList();
  }

  private Optional<String> ikeProblem(Gateway gateway) {
    IkePolicy policy = intent.ikePolicies().get(gateway.ikePolicy());
    return missing(policy, "ike policy", gateway.ikePolicy())
        .or(() -> found(policy))
        .or(
            () ->
                gateway.authentication().or(policy::authentication).isPresent()
                    ? Optional.empty()
                    : Optional.of(
                        "neither gateway '"
                            + gateway.name()
                            + "' nor ike policy '"
                            + policy.name()
                            + "' says how to authenticate"));
  }

  private Mobility mobility(IkePolicy policy, Gateway gateway, String plane) {
    // A plane that is not there is asked when it is.
    DataPlane service = planes.get(plane);
    return new Mobility(
        policy.mobike(),
        gateway.additionalLocalAddresses(),
        gateway.localInterfaces(),
        service == null || service.capabilities().ipv6Outer(),
        service == null || service.capabilities().udpEncapsulation());
  }

  private static Optional<String> missing(Object value, String kind, String name) {
    return value == null
        ? Optional.of("there is no " + kind + " '" + name + "'")
        : Optional.empty();
  }

  private Optional<String> found(IntentObject value) {
    String entry = value.list() + "=" + value.name();
    return Optional.ofNullable(intent.problems().get(entry)).map(p -> entry + ": " + p);
  }

  /** The data plane that a gateway names, or the only one. */
  public Optional<String> planeOf(Gateway gateway) {
    return gateway.dataPlane().or(this::onlyPlane);
  }

  private Optional<String> onlyPlane() {
    return intent.dataPlanes().size() == 1
        ? intent.dataPlanes().keySet().stream().findFirst()
        : Optional.empty();
  }

  /** The connection of a gateway with the given children; empty when it lacks something. */
  public Optional<ConnectionConfig> connection(String name, List<ChildConfig> children) {
    Gateway gateway = intent.gateways().get(name);
    IkePolicy policy = gateway == null ? null : intent.ikePolicies().get(gateway.ikePolicy());
    Optional<String> plane = gateway == null ? Optional.empty() : planeOf(gateway);
    if (policy == null || plane.isEmpty()) {
      return Optional.empty();
    }
    Optional<Authentication> authentication = gateway.authentication().or(policy::authentication);
    return authentication.map(
        how ->
            new ConnectionConfig(
                name,
                plane.get(),
                gateway.localAddress(),
                gateway.remoteAddress(),
                gateway.remoteRanges(),
                gateway.localPort(),
                gateway.remotePort(),
                policy.proposals(),
                how,
                new ConnectionConfig.Timers(
                    Duration.ofSeconds(policy.rekeySeconds()),
                    Duration.ofSeconds(policy.reauthSeconds()),
                    Duration.ofSeconds(policy.dpdSeconds())),
                policy.natTraversal(),
                new ConnectionConfig.Options(
                    policy.fragmentation(),
                    mobility(policy, gateway, plane.get()),
                    policy.forceEncapsulation(),
                    new VirtualAddresses(pools(gateway), gateway.virtualAddresses()),
                    policy.childless(),
                    new Redirection(policy.followRedirect(), gateway.redirectTo()),
                    policy.recovery(),
                    policy.unique()),
                children));
  }
}
