package io.keyway.shell.yaml;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Names that entries of a file refer to: each must be in the file or configured already. */
final class References {

  private final Map<IntentObject, Value> places;
  private final Map<String, IkePolicy> ikePolicies;
  private final Map<String, ChildPolicy> childPolicies;
  private final Map<String, Gateway> gateways;
  private final Map<String, PlaneConfig> planes;
  private final Map<String, Pool> pools;

  References(IntentSnapshot configured, Map<IntentObject, Value> places) {
    this.places = places;
    this.ikePolicies = new HashMap<>(configured.ikePolicies());
    this.childPolicies = new HashMap<>(configured.childPolicies());
    this.gateways = new HashMap<>(configured.gateways());
    this.planes = new HashMap<>(configured.dataPlanes());
    this.pools = new HashMap<>(configured.pools());
    for (IntentObject object : places.keySet()) {
      if (object instanceof IkePolicy p) {
        ikePolicies.put(p.name(), p);
      } else if (object instanceof ChildPolicy p) {
        childPolicies.put(p.name(), p);
      } else if (object instanceof Gateway g) {
        gateways.put(g.name(), g);
      } else if (object instanceof Pool p) {
        pools.put(p.name(), p);
      } else if (object instanceof PlaneConfig p) {
        planes.put(p.name(), p);
      }
    }
  }

  /** Makes the child policies that tunnels name and nobody has, and notes what was chosen. */
  List<IntentObject> missingChildPolicies(List<String> notes) {
    Map<String, IntentObject> made = new TreeMap<>();
    for (IntentObject object : places.keySet()) {
      if (object instanceof Tunnel tunnel && !childPolicies.containsKey(tunnel.childPolicy())) {
        // Perfect forward secrecy with the group that the operator trusts for IKE.
        Optional<KeyExchangeMethod> group =
            Optional.ofNullable(gateways.get(tunnel.gateway()))
                .map(g -> ikePolicies.get(g.ikePolicy()))
                .flatMap(p -> p.proposals().stream().findFirst())
                .map(p -> p.keyExchange());
        ChildPolicy policy = byDefault(tunnel.childPolicy(), group);
        made.put(policy.name(), policy);
        childPolicies.put(policy.name(), policy);
        notes.add(describe(policy));
      }
    }
    return new ArrayList<>(made.values());
  }

  private static ChildPolicy byDefault(String name, Optional<KeyExchangeMethod> group) {
    long rekey = Defaults.CHILD_REKEY_SECONDS;
    return new ChildPolicy(
        name,
        IpsecMode.TUNNEL,
        List.of(
            new EspProposal(
                "1", EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE, group, false)),
        List.of(),
        List.of(),
        List.of(),
        new Lifetime(
            new Lifetime.Limit(rekey, 0, 0), new Lifetime.Limit(Defaults.life(rekey), 0, 0)),
        Defaults.REPLAY_WINDOW,
        StartAction.START);
  }

  private static String describe(ChildPolicy policy) {
    EspProposal proposal = policy.proposals().get(0);
    return "child policy '"
        + policy.name()
        + "' is not in the file and not configured; created with defaults: mode tunnel,"
        + " proposal 1 "
        + proposal.keywords()
        + " (encryption "
        + proposal.encryption().modelName()
        + ", integrity none, dh-group "
        + proposal.keyExchange().map(KeyExchangeMethod::keyword).orElse("none")
        + ", esn false), local-ts dynamic, remote-ts dynamic, any protocol, rekey-time "
        + policy.lifetime().soft().seconds()
        + ", life-time "
        + policy.lifetime().hard().seconds()
        + ", replay-window "
        + policy.replayWindow()
        + ", start-action start";
  }

  /** Complains of every name that leads nowhere. */
  void check() {
    places.forEach(
        (object, place) -> {
          if (object instanceof Gateway gateway) {
            wanted(place, "ike-policy", gateway.ikePolicy(), ikePolicies, "IKE policy");
            gateway
                .dataPlane()
                .ifPresent(p -> wanted(place, "data-plane", p, planes, "data plane"));
            gateway.pools().forEach(p -> wanted(place, "pool", p, pools, "address pool"));
            authenticated(place, gateway);
          } else if (object instanceof Tunnel tunnel) {
            wanted(place, "gateway", tunnel.gateway(), gateways, "gateway");
            wanted(place, "child-policy", tunnel.childPolicy(), childPolicies, "child policy");
          } else if (object instanceof StaticPolicy policy) {
            policy.dataPlane().ifPresent(p -> wanted(place, "data-plane", p, planes, "data plane"));
          }
        });
  }

  private void authenticated(Value place, Gateway gateway) {
    IkePolicy policy = ikePolicies.get(gateway.ikePolicy());
    if (policy != null && policy.authentication().isEmpty() && gateway.authentication().isEmpty()) {
      place.problem(
          "neither the gateway nor its IKE policy '"
              + policy.name()
              + "' has 'authentication'; add it to one of them");
    }
  }

  private static void wanted(
      Value place, String key, String name, Map<String, ?> known, String what) {
    if (!known.containsKey(name)) {
      Value value = place.entries().getOrDefault(key, place);
      value.problem(
          "there is no "
              + what
              + " '"
              + name
              + "', neither in this file nor configured; "
              + (known.isEmpty() ? "none is known" : Nearest.hint(name, known.keySet())));
    }
  }
}
