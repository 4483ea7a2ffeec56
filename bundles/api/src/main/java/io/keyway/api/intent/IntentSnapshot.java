package io.keyway.api.intent;

import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import java.util.Map;

/**
 * The whole configuration at one moment, by name. Immutable.
 *
 * @param problems what is wrong with an entry, by {@code list=name}, such as {@code
 *     gateways/gateway=gw-1}: such an entry is kept but not acted upon
 */
public record IntentSnapshot(
    long version,
    Map<String, IkePolicy> ikePolicies,
    Map<String, ChildPolicy> childPolicies,
    Map<String, Gateway> gateways,
    Map<String, Tunnel> tunnels,
    Map<String, StaticPolicy> policies,
    Map<String, PlaneConfig> dataPlanes,
    Map<String, String> problems) {

  /** Nothing configured. */
  public static final IntentSnapshot EMPTY =
      new IntentSnapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  public IntentSnapshot {
    ikePolicies = Map.copyOf(ikePolicies);
    childPolicies = Map.copyOf(childPolicies);
    gateways = Map.copyOf(gateways);
    tunnels = Map.copyOf(tunnels);
    policies = Map.copyOf(policies);
    dataPlanes = Map.copyOf(dataPlanes);
    problems = Map.copyOf(problems);
  }
}
