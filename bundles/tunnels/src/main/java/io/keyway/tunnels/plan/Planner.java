package io.keyway.tunnels.plan;

import io.keyway.api.Result;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Turns a tunnel's configuration into a plan for one data plane. Never approximates. */
public final class Planner {

  /**
   * Without ESN the sequence number ends at 2^32 - 1 (RFC 4303 section 3.3.3): a rekey must start,
   * and be over, well before.
   */
  static final Lifetime.Limit SOFT_PACKETS = new Lifetime.Limit(0, 0, 2_500_000_000L);

  static final Lifetime.Limit HARD_PACKETS = new Lifetime.Limit(0, 0, 3_700_000_000L);

  private Planner() {}

  /** Plans a tunnel whose references are all resolved and whose data plane is there. */
  public static TunnelPlan plan(
      Tunnel tunnel,
      Gateway gateway,
      List<AddressPool> pools,
      ChildPolicy policy,
      PlaneModel plane) {
    Optional<String> planeName = Optional.of(plane.name());
    List<SelectorTemplate> local = templates(tunnel.localTs(), policy.localTs());
    List<SelectorTemplate> remote = templates(tunnel.remoteTs(), policy.remoteTs());
    Ends ends = Ends.of(gateway, pools, Optional.of(plane));
    List<SelectorPair> pairs = new ArrayList<>();
    Map<SelectorPair, String> childOf = new HashMap<>();
    for (Integer protocol : protocols(policy)) {
      for (SelectorPair pair : pairs(ends, local, remote, protocol)) {
        pairs.add(pair);
        childOf.putIfAbsent(pair, childName(tunnel, policy, protocol));
      }
    }
    Optional<String> refusal =
        refusal(policy, gateway, plane, pairs).or(() -> lonely(ends, local, remote));
    if (refusal.isPresent()) {
      Holdable holdable = Holdable.of(plane, Optional.of(gateway), pairs);
      return TunnelPlan.invalid(planeName, gateway.name(), holdable, refusal.get());
    }
    Map<String, String> places = new HashMap<>();
    for (SelectorPair pair : pairs) {
      plane
          .place(Direction.OUTBOUND, pair)
          .value()
          .ifPresent(place -> places.putIfAbsent(place, childOf.get(pair)));
    }
    List<EspProposal> proposals = carried(policy.proposals(), plane.capabilities());
    List<ChildConfig> children = new ArrayList<>();
    for (Integer protocol : protocols(policy)) {
      children.add(
          new ChildConfig(
              childName(tunnel, policy, protocol),
              policy.mode(),
              proposals,
              withProtocol(local, protocol),
              withProtocol(remote, protocol),
              bounded(policy.lifetime(), proposals),
              policy.replayWindow()));
    }
    return new TunnelPlan(
        planeName,
        gateway.name(),
        children,
        pairs,
        true,
        places,
        TunnelPlan.Verdict.READY,
        remark(policy, proposals));
  }

  /** Plans a tunnel whose data plane is not there: what is to be held is known all the same. */
  public static TunnelPlan waiting(
      Tunnel tunnel,
      Gateway gateway,
      List<AddressPool> pools,
      ChildPolicy policy,
      String plane,
      String reason) {
    List<SelectorTemplate> local = templates(tunnel.localTs(), policy.localTs());
    List<SelectorTemplate> remote = templates(tunnel.remoteTs(), policy.remoteTs());
    Ends ends = Ends.of(gateway, pools, Optional.empty());
    List<SelectorPair> pairs = new ArrayList<>();
    for (Integer protocol : protocols(policy)) {
      pairs.addAll(pairs(ends, local, remote, protocol));
    }
    return new TunnelPlan(
        Optional.of(plane),
        gateway.name(),
        List.of(),
        pairs,
        true,
        Map.of(),
        TunnelPlan.Verdict.WAITING,
        reason);
  }

  private static Optional<String> refusal(
      ChildPolicy policy, Gateway gateway, PlaneModel plane, List<SelectorPair> pairs) {
    PlaneCapabilities can = plane.capabilities();
    String name = "data plane " + plane.name();
    if (!can.modes().contains(policy.mode())) {
      return Optional.of(name + " cannot do mode " + policy.mode());
    }
    if (carried(policy.proposals(), can).isEmpty()) {
      return Optional.of(
          name
              + " cannot carry any proposal of child policy '"
              + policy.name()
              + "' ("
              + keywords(policy.proposals())
              + "); it carries "
              + can.encryption().stream()
                  .map(a -> a.modelName())
                  .sorted()
                  .collect(Collectors.joining(", "))
              + (can.esn() ? "" : ", without ESN"));
    }
    if (policy.replayWindow() > can.maxReplayWindow()) {
      return Optional.of(
          name
              + " has replay windows up to "
              + can.maxReplayWindow()
              + " packets; lower"
              + " replay-window");
    }
    if (policy.startAction() == StartAction.TRAP && !can.canTrap()) {
      return Optional.of(name + " cannot tell that traffic waits; use start-action start or none");
    }
    if (policy.startAction() == StartAction.TRAP && gateway.remoteAddress().isEmpty()) {
      return Optional.of(
          "start-action trap needs a peer that we can call, and gateway '"
              + gateway.name()
              + "' has no remote-address; set it, or use start-action none");
    }
    Optional<String> endless = Limits.refusal(name, policy, carried(policy.proposals(), can), can);
    if (endless.isPresent()) {
      return endless;
    }
    if (isIpv6(gateway) && !can.ipv6Outer()) {
      return Optional.of(name + " has no IPv6 tunnels; give the gateway IPv4 addresses");
    }
    Optional<InetAddress> sixth =
        gateway.additionalLocalAddresses().stream().filter(Planner::isIpv6).findFirst();
    if (sixth.isPresent() && !can.ipv6Outer()) {
      return Optional.of(
          name
              + " has no IPv6 tunnels; take "
              + sixth.get().getHostAddress()
              + " out of additional-local-address");
    }
    if (pairs.isEmpty()) {
      return Optional.of(
          "what to protect is not known: remote-ts is dynamic and gateway '"
              + gateway.name()
              + "' has neither a remote-address nor a pool; name the prefixes");
    }
    for (SelectorPair pair : pairs) {
      Result<String> place = plane.place(Direction.OUTBOUND, pair);
      if (!place.done()) {
        return Optional.of(place.outcome().reason());
      }
      if (IkePath.caughtBy(pair, gateway, plane)) {
        return Optional.of(
            "the selectors "
                + pair
                + " would catch our own IKE to "
                + gateway
                    .remoteAddress()
                    .map(InetAddress::getHostAddress)
                    .orElse("peers from remote-range")
                + "; leave UDP to the gateway out of protocols");
      }
    }
    return Optional.empty();
  }

  /** Silence about it would mean that it leaves in clear. */
  private static Optional<String> lonely(
      Ends ends, List<SelectorTemplate> local, List<SelectorTemplate> remote) {
    return ends.lonely(local, remote)
        .map(
            selector ->
                "selector "
                    + selector
                    + " has no selector of its family of addresses on the other side; add one"
                    + " there, or leave it out");
  }

  private static boolean isIpv6(Gateway gateway) {
    return isIpv6(gateway.localAddress());
  }

  private static boolean isIpv6(InetAddress address) {
    return address.getAddress().length == 16;
  }

  /**
   * What can be held of a tunnel whose gateway or child policy leads nowhere: what it names itself.
   *
   * @param gateway absent when it is the one that is missing
   * @param policy absent when it is the one that is missing
   */
  static Holdable holdable(
      Tunnel tunnel,
      Optional<Gateway> gateway,
      List<AddressPool> pools,
      Optional<ChildPolicy> policy,
      PlaneModel plane) {
    List<SelectorTemplate> local =
        templates(tunnel.localTs(), policy.map(ChildPolicy::localTs).orElse(List.of()));
    List<SelectorTemplate> remote =
        templates(tunnel.remoteTs(), policy.map(ChildPolicy::remoteTs).orElse(List.of()));
    List<SelectorPair> pairs = new ArrayList<>();
    for (Integer protocol :
        policy.map(Planner::protocols).orElse(List.of(TrafficSelector.ANY_PROTOCOL))) {
      if (gateway.isPresent()) {
        Ends ends = Ends.of(gateway.get(), pools, Optional.of(plane));
        pairs.addAll(pairs(ends, local, remote, protocol));
      } else {
        pairs.addAll(fixedPairs(local, remote, protocol));
      }
    }
    return Holdable.of(plane, gateway, pairs);
  }

  /** Without a gateway nobody knows what dynamic stands for. */
  private static List<SelectorPair> fixedPairs(
      List<SelectorTemplate> local, List<SelectorTemplate> remote, int protocol) {
    List<SelectorPair> pairs = new ArrayList<>();
    for (SelectorTemplate theirs : withProtocol(remote, protocol)) {
      for (SelectorTemplate ours : withProtocol(local, protocol)) {
        if (!theirs.isDynamic()) {
          TrafficSelector to = theirs.resolve(null);
          TrafficSelector from =
              ours.isDynamic() ? to.withPorts(0, 65535) : ours.resolve(to.first());
          if (from.isIpv4() == to.isIpv4()) {
            pairs.add(new SelectorPair(from, to));
          }
        }
      }
    }
    return pairs;
  }

  private static List<EspProposal> carried(List<EspProposal> proposals, PlaneCapabilities can) {
    return proposals.stream()
        .filter(p -> can.encryption().contains(p.encryption()))
        .filter(p -> can.integrity().contains(p.integrity()))
        .filter(p -> can.esn() || !p.esn())
        .toList();
  }

  private static Lifetime bounded(Lifetime configured, List<EspProposal> proposals) {
    if (proposals.stream().allMatch(EspProposal::esn)) {
      return configured;
    }
    return new Lifetime(
        withPackets(configured.soft(), SOFT_PACKETS.packets()),
        withPackets(configured.hard(), HARD_PACKETS.packets()));
  }

  private static Lifetime.Limit withPackets(Lifetime.Limit limit, long most) {
    long packets = limit.packets() == 0 ? most : Math.min(limit.packets(), most);
    return new Lifetime.Limit(limit.seconds(), limit.bytes(), packets);
  }

  private static String remark(ChildPolicy policy, List<EspProposal> carried) {
    String remark = "";
    if (!policy.protocols().isEmpty()) {
      remark =
          "protects "
              + Protocols.names(policy.protocols())
              + " only; every other protocol between these addresses is NOT protected";
    }
    if (carried.size() < policy.proposals().size()) {
      List<EspProposal> left = new ArrayList<>(policy.proposals());
      left.removeAll(carried);
      remark +=
          (remark.isEmpty() ? "" : "; ")
              + "not offered, because the data plane cannot carry them: "
              + keywords(left);
    }
    return remark;
  }

  private static String keywords(List<EspProposal> proposals) {
    return proposals.stream().map(EspProposal::keywords).collect(Collectors.joining(", "));
  }

  private static String childName(Tunnel tunnel, ChildPolicy policy, int protocol) {
    return policy.protocols().isEmpty()
        ? tunnel.name()
        : tunnel.name() + "/" + Protocols.name(protocol);
  }

  /** One entry per child; any protocol stands for "the selectors as they are". */
  private static List<Integer> protocols(ChildPolicy policy) {
    return policy.protocols().isEmpty()
        ? List.of(TrafficSelector.ANY_PROTOCOL)
        : policy.protocols();
  }

  private static List<SelectorTemplate> templates(
      List<SelectorTemplate> own, List<SelectorTemplate> inherited) {
    if (!own.isEmpty()) {
      return own;
    }
    return inherited.isEmpty() ? List.of(SelectorTemplate.dynamic()) : inherited;
  }

  private static List<SelectorTemplate> withProtocol(
      List<SelectorTemplate> templates, int protocol) {
    return protocol == TrafficSelector.ANY_PROTOCOL
        ? templates
        : templates.stream().map(t -> t.withProtocol(protocol)).toList();
  }

  private static List<SelectorPair> pairs(
      Ends ends, List<SelectorTemplate> local, List<SelectorTemplate> remote, int protocol) {
    return ends.pairs(withProtocol(local, protocol), withProtocol(remote, protocol));
  }
}
