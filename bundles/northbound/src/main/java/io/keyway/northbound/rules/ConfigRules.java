package io.keyway.northbound.rules;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * References and cross-field rules. One problem per entry is enough: the first is told.
 *
 * <p>What a certain data plane can carry is no rule of the configuration alone; see {@link
 * PlaneRules}.
 */
public final class ConfigRules {

  private static final String DATA_PLANE = "data-plane";

  private ConfigRules() {}

  /**
   * Checks an entry that was written.
   *
   * @param view the configuration with the entry, and with whatever else changes together with it
   */
  public static Optional<Problem> checkWritten(IntentObject value, ConfigView view) {
    EntryRef entry = EntryRef.of(value);
    if (value instanceof Gateway gateway) {
      return checkGateway(entry, gateway, view);
    } else if (value instanceof Tunnel tunnel) {
      return checkTunnel(entry, tunnel, view);
    } else if (value instanceof StaticPolicy policy) {
      return checkPlane(entry, policy.dataPlane(), view)
          .or(() -> families(entry, List.of(policy.localTs()), List.of(policy.remoteTs())));
    } else if (value instanceof ChildPolicy policy) {
      return families(entry, policy.localTs(), policy.remoteTs());
    }
    return Optional.empty();
  }

  /**
   * Finds entries that are all right by themselves but that a change of others would make wrong:
   * what they refer to was deleted, an IKE policy lost the authentication that they rely on, or a
   * second data plane made their silence ambiguous. {@link Problem#cause()} names the culprit.
   */
  public static List<Problem> checkReferrers(
      Set<EntryRef> written, Set<EntryRef> deleted, ConfigView view) {
    Set<EntryKind> suspects = EnumSet.noneOf(EntryKind.class);
    deleted.forEach(entry -> suspects.addAll(referrers(entry.kind())));
    for (EntryRef entry : written) {
      boolean secondPlane =
          entry.kind() == EntryKind.DATA_PLANE && view.count(EntryKind.DATA_PLANE) > 1;
      if (secondPlane || withoutAuthentication(entry, view)) {
        suspects.addAll(referrers(entry.kind()));
      }
    }
    Optional<EntryRef> plane =
        written.stream().filter(entry -> entry.kind() == EntryKind.DATA_PLANE).findFirst();
    return suspects.stream()
        .flatMap(view::all)
        .filter(value -> !written.contains(EntryRef.of(value)))
        .flatMap(value -> checkWritten(value, view).stream())
        .map(p -> p.cause().isPresent() ? p : new Problem(p.entry(), p.node(), p.reason(), plane))
        .filter(p -> p.cause().filter(c -> written.contains(c) || deleted.contains(c)).isPresent())
        .toList();
  }

  private static Set<EntryKind> referrers(EntryKind kind) {
    return switch (kind) {
      case IKE_POLICY -> Set.of(EntryKind.GATEWAY);
      case GATEWAY, CHILD_POLICY -> Set.of(EntryKind.TUNNEL);
      case POOL -> Set.of(EntryKind.GATEWAY);
      case DATA_PLANE -> Set.of(EntryKind.GATEWAY, EntryKind.POLICY);
      case TUNNEL, POLICY -> Set.of();
    };
  }

  private static boolean withoutAuthentication(EntryRef entry, ConfigView view) {
    return view.find(entry)
        .filter(v -> v instanceof IkePolicy policy && policy.authentication().isEmpty())
        .isPresent();
  }

  private static Optional<Problem> checkGateway(EntryRef entry, Gateway gateway, ConfigView view) {
    EntryRef policy = new EntryRef(EntryKind.IKE_POLICY, gateway.ikePolicy());
    if (!view.exists(policy)) {
      return dangling(entry, "ike-policy", policy);
    }
    Optional<Problem> plane = checkPlane(entry, gateway.dataPlane(), view);
    if (plane.isPresent()) {
      return plane;
    }
    for (String name : gateway.pools()) {
      EntryRef pool = new EntryRef(EntryKind.POOL, name);
      if (!view.exists(pool)) {
        return dangling(entry, "pool", pool);
      }
    }
    boolean shared =
        view.find(policy)
            // A policy that makes no sense is told at the policy, not at all of its gateways.
            .map(p -> ((IkePolicy) p).authentication().isPresent())
            .orElse(true);
    if (gateway.authentication().isEmpty() && !shared) {
      return problem(
          entry,
          "authentication",
          "neither the gateway nor "
              + policy
              + " says how to authenticate; add authentication to one of them",
          policy);
    }
    return Optional.empty();
  }

  private static Optional<Problem> checkTunnel(EntryRef entry, Tunnel tunnel, ConfigView view) {
    EntryRef gateway = new EntryRef(EntryKind.GATEWAY, tunnel.gateway());
    if (!view.exists(gateway)) {
      return dangling(entry, "gateway", gateway);
    }
    EntryRef policy = new EntryRef(EntryKind.CHILD_POLICY, tunnel.childPolicy());
    if (!view.exists(policy)) {
      return dangling(entry, "child-policy", policy);
    }
    Optional<ChildPolicy> child = view.find(policy).map(ChildPolicy.class::cast);
    List<SelectorTemplate> local =
        tunnel.localTs().isEmpty()
            ? child.map(ChildPolicy::localTs).orElse(List.of())
            : tunnel.localTs();
    List<SelectorTemplate> remote =
        tunnel.remoteTs().isEmpty()
            ? child.map(ChildPolicy::remoteTs).orElse(List.of())
            : tunnel.remoteTs();
    Optional<Problem> families = families(entry, local, remote);
    if (families.isPresent()) {
      return families;
    }
    boolean tunnelMode = child.map(c -> c.mode() == IpsecMode.TUNNEL).orElse(true);
    boolean subnet =
        local.stream().anyMatch(s -> s.addresses().filter(a -> !a.isHost()).isPresent());
    if (!tunnelMode && subnet) {
      return problem(
          entry,
          "local-ts",
          "transport mode carries only the gateway's own packets (RFC 4301 section 4.1), not those"
              + " of a subnet; use dynamic selectors or tunnel mode");
    }
    return Optional.empty();
  }

  private static Optional<Problem> checkPlane(
      EntryRef entry, Optional<String> named, ConfigView view) {
    if (named.isPresent()) {
      EntryRef plane = new EntryRef(EntryKind.DATA_PLANE, named.get());
      return view.exists(plane) ? Optional.empty() : dangling(entry, DATA_PLANE, plane);
    }
    int planes = view.count(EntryKind.DATA_PLANE);
    if (planes > 1) {
      return problem(
          entry,
          DATA_PLANE,
          "no data-plane is named, and of " + planes + " it could be any; name one");
    }
    return Optional.empty();
  }

  /**
   * A selector without one of its family on the other side would protect nothing. Whose family
   * {@code dynamic} is of is known only where the tunnel is planned.
   */
  private static Optional<Problem> families(
      EntryRef entry, List<SelectorTemplate> local, List<SelectorTemplate> remote) {
    return lonely(entry, "local-ts", local, remote)
        .or(() -> lonely(entry, "remote-ts", remote, local));
  }

  private static Optional<Problem> lonely(
      EntryRef entry, String node, List<SelectorTemplate> side, List<SelectorTemplate> other) {
    if (other.isEmpty() || other.stream().anyMatch(SelectorTemplate::isDynamic)) {
      return Optional.empty();
    }
    for (SelectorTemplate selector : side) {
      if (!selector.isDynamic()
          && other.stream()
              .noneMatch(
                  o -> o.addresses().get().isIpv4() == selector.addresses().get().isIpv4())) {
        return problem(
            entry,
            node,
            "selector "
                + selector
                + " has no selector of its family of addresses on the other side; add one there, or"
                + " leave it out");
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> dangling(EntryRef entry, String leaf, EntryRef target) {
    return problem(
        entry,
        leaf,
        "there is no "
            + target.kind().list()
            + " '"
            + target.name()
            + "'; create "
            + target
            + " first, or correct the name",
        target);
  }

  private static Optional<Problem> problem(EntryRef entry, String node, String reason) {
    return Optional.of(new Problem(entry, node, reason));
  }

  private static Optional<Problem> problem(
      EntryRef entry, String node, String reason, EntryRef cause) {
    return Optional.of(new Problem(entry, node, reason, Optional.of(cause)));
  }
}
