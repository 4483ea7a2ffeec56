package io.keyway.api.intent;

import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The whole configuration at one moment, by name. Immutable. Maps that come with a delta are not
 * copied, because a configuration may have 100 000 entries and get a snapshot with every change:
 * whoever makes such a snapshot changes them no more.
 *
 * @param problems what is wrong with an entry, by {@code list=name}, such as {@code
 *     gateways/gateway=gw-1}: such an entry is kept but not acted upon
 * @param delta in what it differs from the snapshot before; empty when that is not known
 */
public record IntentSnapshot(
    long version,
    Map<String, IkePolicy> ikePolicies,
    Map<String, ChildPolicy> childPolicies,
    Map<String, Gateway> gateways,
    Map<String, Tunnel> tunnels,
    Map<String, StaticPolicy> policies,
    Map<String, PlaneConfig> dataPlanes,
    Map<String, Pool> pools,
    Map<String, String> problems,
    Optional<Delta> delta) {

  /** Nothing configured. */
  public static final IntentSnapshot EMPTY =
      new IntentSnapshot(0, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  /** A snapshot, of copies and without pools, that says of no other in what it differs. */
  public IntentSnapshot(
      long version,
      Map<String, IkePolicy> ikePolicies,
      Map<String, ChildPolicy> childPolicies,
      Map<String, Gateway> gateways,
      Map<String, Tunnel> tunnels,
      Map<String, StaticPolicy> policies,
      Map<String, PlaneConfig> dataPlanes,
      Map<String, String> problems) {
    this(
        version,
        Map.copyOf(ikePolicies),
        Map.copyOf(childPolicies),
        Map.copyOf(gateways),
        Map.copyOf(tunnels),
        Map.copyOf(policies),
        Map.copyOf(dataPlanes),
        Map.of(),
        Map.copyOf(problems),
        Optional.empty());
  }

  /** The same with these pools. */
  public IntentSnapshot withPools(Map<String, Pool> others) {
    return new IntentSnapshot(
        version,
        ikePolicies,
        childPolicies,
        gateways,
        tunnels,
        policies,
        dataPlanes,
        Map.copyOf(others),
        problems,
        delta);
  }

  /**
   * Names of entries, by list such as {@code tunnels/tunnel}, that are new, gone, or other than in
   * the earlier snapshot, or whose problem is; with nothing else. Empty when only a comparison of
   * everything can tell.
   */
  public Optional<Map<String, Set<String>>> changedSince(IntentSnapshot earlier) {
    return delta.filter(d -> d.base.get() == earlier).map(d -> d.names);
  }

  /** The difference to one other snapshot. */
  public static final class Delta {
    // Weak, or every snapshot would keep all earlier ones. Who asks holds the one it asks about.
    private final WeakReference<IntentSnapshot> base;
    private final Map<String, Set<String>> names;

    /**
     * @param base the snapshot before
     * @param names of what differs, by list
     */
    public Delta(IntentSnapshot base, Map<String, Set<String>> names) {
      this.base = new WeakReference<>(base);
      this.names = Map.copyOf(names);
    }
  }
}
