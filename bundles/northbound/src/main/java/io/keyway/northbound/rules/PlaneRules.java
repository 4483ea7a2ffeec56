package io.keyway.northbound.rules;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
   * Checks entries whose references are known to lead somewhere: tunnels, and what tunnels refer
   * to. One after the other, on one thread.
   */
  public interface Check {
    Optional<Problem> of(IntentObject value);
  }

  /**
   * For the entries of one transaction.
   *
   * @param before the configuration as the transaction found it
   * @param view and as the transaction leaves it
   */
  public Check on(ConfigView before, ConfigView view) {
    if (tunnels.get().isEmpty()) {
      return value -> Optional.empty();
    }
    Referrers referrers = new Referrers(view);
    return value -> {
      if (value instanceof Tunnel tunnel) {
        return refusal(tunnel, view)
            .map(reason -> new Problem(EntryRef.of(tunnel), "child-policy", reason));
      }
      if (!before.exists(EntryRef.of(value))) {
        // Nothing referred to it, and what does now is written, and so checked, itself.
        return Optional.empty();
      }
      return referrers.of(value).stream()
          .flatMap(t -> refusal(t, view).map(r -> "tunnel '" + t.name() + "': " + r).stream())
          .findFirst()
          .map(reason -> new Problem(EntryRef.of(value), "name", reason));
    };
  }

  /** Tunnels by what they refer to; looked up once, however many gateways a transaction writes. */
  private static final class Referrers {

    private final ConfigView view;
    private final Map<EntryRef, List<Tunnel>> byTarget = new HashMap<>();
    private boolean known;

    Referrers(ConfigView view) {
      this.view = view;
    }

    List<Tunnel> of(IntentObject value) {
      if (!(value instanceof ChildPolicy) && !(value instanceof Gateway)) {
        return List.of();
      }
      if (!known) {
        known = true;
        view.all(EntryKind.TUNNEL).map(Tunnel.class::cast).forEach(this::add);
      }
      return byTarget.getOrDefault(EntryRef.of(value), List.of());
    }

    private void add(Tunnel tunnel) {
      add(new EntryRef(EntryKind.GATEWAY, tunnel.gateway()), tunnel);
      add(new EntryRef(EntryKind.CHILD_POLICY, tunnel.childPolicy()), tunnel);
    }

    private void add(EntryRef target, Tunnel tunnel) {
      byTarget.computeIfAbsent(target, key -> new ArrayList<>()).add(tunnel);
    }
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
    List<AddressPool> pools =
        gateway.get().pools().stream()
            .map(name -> view.find(new EntryRef(EntryKind.POOL, name)))
            .flatMap(Optional::stream)
            .map(pool -> ((Pool) pool).addresses())
            .toList();
    return tunnels
        .get()
        .flatMap(t -> t.refusal(tunnel, gateway.get(), pools, policy.get(), plane.get()));
  }

  private static Optional<PlaneConfig> plane(Gateway gateway, ConfigView view) {
    Optional<IntentObject> plane =
        gateway.dataPlane().isPresent()
            ? view.find(new EntryRef(EntryKind.DATA_PLANE, gateway.dataPlane().get()))
            : view.all(EntryKind.DATA_PLANE).findFirst();
    return plane.map(PlaneConfig.class::cast);
  }
}
