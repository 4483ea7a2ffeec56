package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
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

  /** Checks an entry whose references are known to lead somewhere. */
  public Optional<Problem> check(IntentObject value, ConfigView view) {
    if (!(value instanceof Tunnel tunnel)) {
      return Optional.empty();
    }
    Optional<Gateway> gateway =
        view.find(new EntryRef(EntryKind.GATEWAY, tunnel.gateway())).map(Gateway.class::cast);
    Optional<ChildPolicy> policy =
        view.find(new EntryRef(EntryKind.CHILD_POLICY, tunnel.childPolicy()))
            .map(ChildPolicy.class::cast);
    Optional<String> plane = gateway.flatMap(g -> plane(g, view));
    if (policy.isEmpty() || plane.isEmpty()) {
      return Optional.empty();
    }
    return tunnels
        .get()
        .flatMap(t -> t.refusal(tunnel, gateway.get(), policy.get(), plane.get()))
        .map(reason -> new Problem(EntryRef.of(tunnel), "child-policy", reason));
  }

  private static Optional<String> plane(Gateway gateway, ConfigView view) {
    return gateway
        .dataPlane()
        .or(() -> view.all(EntryKind.DATA_PLANE).map(IntentObject::name).findFirst());
  }
}
