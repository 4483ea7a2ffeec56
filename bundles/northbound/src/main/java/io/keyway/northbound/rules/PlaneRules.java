package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the present data plane of a tunnel cannot carry exactly is refused when the tunnel is
 * written: traffic that the device cannot match can be neither protected nor held (packet safety
 * rule 2). What changes later, with another device or policy, is told by the tunnel's status.
 */
public final class PlaneRules {

  /** Refuses nothing; for what is stored already. */
  public static final PlaneRules NONE = new PlaneRules(Optional::empty);

  private final Supplier<Optional<TunnelService>> tunnels;

  /**
   * @param tunnels the tunnel service while it is there
   */
  public PlaneRules(Supplier<Optional<TunnelService>> tunnels) {
    this.tunnels = tunnels;
  }

  /**
   * Checks an entry whose references are known to lead somewhere: a tunnel, or what tunnels refer
   * to.
   */
  public Optional<Problem> check(IntentObject value, ConfigView view) {
    if (tunnels.get().isEmpty()) {
      return Optional.empty();
    }
    if (value instanceof Tunnel tunnel) {
      return refusal(tunnel, view)
          .map(reason -> new Problem(EntryRef.of(tunnel), "child-policy", reason));
    }
    if (value instanceof ChildPolicy || value instanceof Gateway) {
      return view.all(EntryKind.TUNNEL)
          .map(Tunnel.class::cast)
          .filter(t -> value.name().equals(target(value, t)))
          .flatMap(t -> refusal(t, view).map(r -> "tunnel '" + t.name() + "': " + r).stream())
          .findFirst()
          .map(reason -> new Problem(EntryRef.of(value), "name", reason));
    }
    return Optional.empty();
  }

  private static String target(IntentObject value, Tunnel tunnel) {
    return value instanceof Gateway ? tunnel.gateway() : tunnel.childPolicy();
  }

  private Optional<String> refusal(Tunnel tunnel, ConfigView view) {
    Optional<Gateway> gateway =
        view.find(new EntryRef(EntryKind.GATEWAY, tunnel.gateway())).map(Gateway.class::cast);
    Optional<ChildPolicy> policy =
        view.find(new EntryRef(EntryKind.CHILD_POLICY, tunnel.childPolicy()))
            .map(ChildPolicy.class::cast);
    Optional<PlaneConfig> plane = gateway.flatMap(g -> plane(g, view));
    if (policy.isEmpty() || plane.isEmpty()) {
      return Optional.empty();
    }
    return tunnels.get().flatMap(t -> t.refusal(tunnel, gateway.get(), policy.get(), plane.get()));
  }

  private static Optional<PlaneConfig> plane(Gateway gateway, ConfigView view) {
    Optional<IntentObject> plane =
        gateway.dataPlane().isPresent()
            ? view.find(new EntryRef(EntryKind.DATA_PLANE, gateway.dataPlane().get()))
            : view.all(EntryKind.DATA_PLANE).findFirst();
    return plane.map(PlaneConfig.class::cast);
  }
}
