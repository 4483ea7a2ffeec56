package io.keyway.tunnels;

import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which tunnels and gateways a new configuration touches: what they name, and what that names.
 *
 * <p>When the configuration tells in what it differs, only that is looked at: one tunnel of 100 000
 * may change without the others being asked.
 */
final class Changes {

  private static final String TUNNELS = "tunnels/tunnel";
  private static final String GATEWAYS = "gateways/gateway";
  private static final String CHILD_POLICIES = "child-policies/child-policy";
  private static final String POOLS = "pools/pool";
  private static final String IKE_POLICIES = "ike-policies/ike-policy";

  /** What few entries are of, and many may refer to. */
  private static final Set<String> SHARED =
      Set.of(CHILD_POLICIES, IKE_POLICIES, POOLS, "data-planes/data-plane");

  private final IntentSnapshot before;
  private final IntentSnapshot now;
  private final boolean planes;

  Changes(IntentSnapshot before, IntentSnapshot now) {
    this.before = before;
    this.now = now;
    // A gateway that names no data plane means the only one: another set may mean another plane.
    this.planes = !before.dataPlanes().keySet().equals(now.dataPlanes().keySet());
  }

  /** Names of tunnels, old and new, beside which none need be looked at; empty: all. */
  Optional<Set<String>> tunnels(Function<String, Set<String>> tunnelsOfGateway) {
    return narrow()
        .map(
            names -> {
              Set<String> tunnels = new TreeSet<>(names.getOrDefault(TUNNELS, Set.of()));
              names
                  .getOrDefault(GATEWAYS, Set.of())
                  .forEach(gateway -> tunnels.addAll(tunnelsOfGateway.apply(gateway)));
              return tunnels;
            });
  }

  /** Names of gateways beside which none need be looked at; empty: all. */
  Optional<Set<String>> gateways() {
    return narrow().map(names -> names.getOrDefault(GATEWAYS, Set.of()));
  }

  private Optional<Map<String, Set<String>>> narrow() {
    return now.changedSince(before)
        .filter(names -> Collections.disjoint(names.keySet(), SHARED) && !planes);
  }

  boolean touch(Tunnel tunnel) {
    return planes
        || changed(before.tunnels(), now.tunnels(), TUNNELS, tunnel.name())
        || changed(
            before.childPolicies(), now.childPolicies(), CHILD_POLICIES, tunnel.childPolicy())
        || touchGateway(tunnel.gateway());
  }

  boolean touchGateway(String name) {
    if (planes || changed(before.gateways(), now.gateways(), GATEWAYS, name)) {
      return true;
    }
    Gateway gateway = now.gateways().get(name);
    return gateway != null
        && (changed(before.ikePolicies(), now.ikePolicies(), IKE_POLICIES, gateway.ikePolicy())
            || gateway.pools().stream()
                .anyMatch(pool -> changed(before.pools(), now.pools(), POOLS, pool)));
  }

  private <T> boolean changed(
      Map<String, T> old, Map<String, T> current, String list, String name) {
    String entry = list + "=" + name;
    return !Objects.equals(old.get(name), current.get(name))
        || !Objects.equals(before.problems().get(entry), now.problems().get(entry));
  }
}
