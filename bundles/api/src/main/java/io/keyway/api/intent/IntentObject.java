package io.keyway.api.intent;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Uniqueness;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One named entry of the configuration, as in the lists of module {@code keyway-ipsec}. */
public sealed interface IntentObject {

  String name();

  /** The list it stands in, as in the model's paths. */
  String list();

  /**
   * How IKE SAs are negotiated.
   *
   * @param rekeySeconds 0: never
   * @param reauthSeconds 0: never
   * @param dpdSeconds 0: never
   * @param authentication may be absent when every gateway has its own
   * @param forceEncapsulation ESP goes in UDP where no NAT is found, too
   * @param recovery what brings IKE SAs back soon after one side lost them
   * @param unique how many IKE SAs a peer may have
   */
  record IkePolicy(
      String name,
      List<IkeProposal> proposals,
      long rekeySeconds,
      long reauthSeconds,
      long dpdSeconds,
      boolean mobike,
      boolean natTraversal,
      boolean fragmentation,
      Optional<Authentication> authentication,
      boolean forceEncapsulation,
      Childless childless,
      boolean followRedirect,
      ConnectionConfig.Recovery recovery,
      Uniqueness unique)
      implements IntentObject {
    public IkePolicy {
      Objects.requireNonNull(childless, "childless");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(recovery, "recovery");
      Objects.requireNonNull(unique, "unique");
      proposals = List.copyOf(proposals);
    }

    /** With the default recovery and uniqueness. */
    public IkePolicy(
        String name,
        List<IkeProposal> proposals,
        long rekeySeconds,
        long reauthSeconds,
        long dpdSeconds,
        boolean mobike,
        boolean natTraversal,
        boolean fragmentation,
        Optional<Authentication> authentication,
        boolean forceEncapsulation,
        Childless childless,
        boolean followRedirect) {
      this(
          name,
          proposals,
          rekeySeconds,
          reauthSeconds,
          dpdSeconds,
          mobike,
          natTraversal,
          fragmentation,
          authentication,
          forceEncapsulation,
          childless,
          followRedirect,
          ConnectionConfig.Recovery.DEFAULT,
          Uniqueness.NO);
    }

    /** With a child from the beginning, and peers that may send us elsewhere. */
    public IkePolicy(
        String name,
        List<IkeProposal> proposals,
        long rekeySeconds,
        long reauthSeconds,
        long dpdSeconds,
        boolean mobike,
        boolean natTraversal,
        boolean fragmentation,
        Optional<Authentication> authentication,
        boolean forceEncapsulation) {
      this(
          name,
          proposals,
          rekeySeconds,
          reauthSeconds,
          dpdSeconds,
          mobike,
          natTraversal,
          fragmentation,
          authentication,
          forceEncapsulation,
          Childless.ALLOW,
          true);
    }

    /** Without forced encapsulation. */
    public IkePolicy(
        String name,
        List<IkeProposal> proposals,
        long rekeySeconds,
        long reauthSeconds,
        long dpdSeconds,
        boolean mobike,
        boolean natTraversal,
        boolean fragmentation,
        Optional<Authentication> authentication) {
      this(
          name,
          proposals,
          rekeySeconds,
          reauthSeconds,
          dpdSeconds,
          mobike,
          natTraversal,
          fragmentation,
          authentication,
          false);
    }

    @Override
    public String list() {
      return "ike-policies/ike-policy";
    }
  }

  /** When a tunnel's children are negotiated. */
  enum StartAction {
    /** Only when the peer asks. */
    NONE,
    /** At once, and again when lost. */
    START,
    /** When traffic waits. */
    TRAP
  }

  /**
   * How children are negotiated.
   *
   * @param localTs empty means {@code dynamic}
   * @param remoteTs empty means {@code dynamic}
   * @param protocols IP protocols 1..255: one child for each; empty: selectors as they stand
   */
  record ChildPolicy(
      String name,
      IpsecMode mode,
      List<EspProposal> proposals,
      List<SelectorTemplate> localTs,
      List<SelectorTemplate> remoteTs,
      List<Integer> protocols,
      Lifetime lifetime,
      int replayWindow,
      StartAction startAction)
      implements IntentObject {
    public ChildPolicy {
      Objects.requireNonNull(name, "name");
      proposals = List.copyOf(proposals);
      localTs = List.copyOf(localTs);
      remoteTs = List.copyOf(remoteTs);
      protocols = List.copyOf(protocols);
    }

    @Override
    public String list() {
      return "child-policies/child-policy";
    }
  }

  /**
   * A peer relation.
   *
   * @param remoteAddress absent: any, or those of the ranges; only the peer can begin
   * @param dataPlane absent: the only one there is
   * @param authentication overrides the policy's
   * @param additionalLocalAddresses others of ours that may serve, by MOBIKE, in order of
   *     preference
   * @param localInterfaces network interfaces whose addresses may serve, too
   * @param pools names of pools that peers get addresses from
   * @param virtualAddresses what we ask the peer for; an unspecified one stands for any
   * @param redirectTo gateway that peers are sent to when they come
   * @param remoteRanges where peers may come from besides the remote address
   */
  record Gateway(
      String name,
      String ikePolicy,
      InetAddress localAddress,
      Optional<InetAddress> remoteAddress,
      int localPort,
      int remotePort,
      Optional<String> dataPlane,
      Optional<Authentication> authentication,
      List<InetAddress> additionalLocalAddresses,
      List<String> localInterfaces,
      List<String> pools,
      List<InetAddress> virtualAddresses,
      Optional<String> redirectTo,
      List<TrafficSelector> remoteRanges)
      implements IntentObject {
    public Gateway {
      remoteRanges = List.copyOf(remoteRanges);
      pools = List.copyOf(pools);
      virtualAddresses = List.copyOf(virtualAddresses);
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(ikePolicy, "ikePolicy");
      Objects.requireNonNull(localAddress, "localAddress");
      additionalLocalAddresses = List.copyOf(additionalLocalAddresses);
      localInterfaces = List.copyOf(localInterfaces);
    }

    /** With peers from the remote address, or from anywhere. */
    public Gateway(
        String name,
        String ikePolicy,
        InetAddress localAddress,
        Optional<InetAddress> remoteAddress,
        int localPort,
        int remotePort,
        Optional<String> dataPlane,
        Optional<Authentication> authentication,
        List<InetAddress> additionalLocalAddresses,
        List<String> localInterfaces,
        List<String> pools,
        List<InetAddress> virtualAddresses,
        Optional<String> redirectTo) {
      this(
          name,
          ikePolicy,
          localAddress,
          remoteAddress,
          localPort,
          remotePort,
          dataPlane,
          authentication,
          additionalLocalAddresses,
          localInterfaces,
          pools,
          virtualAddresses,
          redirectTo,
          List.of());
    }

    /** Without addresses that one side gives the other. */
    public Gateway(
        String name,
        String ikePolicy,
        InetAddress localAddress,
        Optional<InetAddress> remoteAddress,
        int localPort,
        int remotePort,
        Optional<String> dataPlane,
        Optional<Authentication> authentication,
        List<InetAddress> additionalLocalAddresses,
        List<String> localInterfaces) {
      this(
          name,
          ikePolicy,
          localAddress,
          remoteAddress,
          localPort,
          remotePort,
          dataPlane,
          authentication,
          additionalLocalAddresses,
          localInterfaces,
          List.of(),
          List.of(),
          Optional.empty());
    }

    /** With one address of ours. */
    public Gateway(
        String name,
        String ikePolicy,
        InetAddress localAddress,
        Optional<InetAddress> remoteAddress,
        int localPort,
        int remotePort,
        Optional<String> dataPlane,
        Optional<Authentication> authentication) {
      this(
          name,
          ikePolicy,
          localAddress,
          remoteAddress,
          localPort,
          remotePort,
          dataPlane,
          authentication,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Optional.empty());
    }

    @Override
    public String list() {
      return "gateways/gateway";
    }
  }

  /** Addresses for peers that ask for one. */
  record Pool(AddressPool addresses) implements IntentObject {
    @Override
    public String name() {
      return addresses.name();
    }

    @Override
    public String list() {
      return "pools/pool";
    }
  }

  /** What a disabled tunnel's traffic does. */
  enum WhenDisabled {
    HOLD,
    BYPASS
  }

  /**
   * What should be protected.
   *
   * @param localTs overrides the child policy's when not empty
   * @param remoteTs overrides the child policy's when not empty
   */
  record Tunnel(
      String name,
      String gateway,
      String childPolicy,
      boolean enable,
      List<SelectorTemplate> localTs,
      List<SelectorTemplate> remoteTs,
      WhenDisabled whenDisabled)
      implements IntentObject {
    public Tunnel {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(gateway, "gateway");
      Objects.requireNonNull(childPolicy, "childPolicy");
      localTs = List.copyOf(localTs);
      remoteTs = List.copyOf(remoteTs);
    }

    @Override
    public String list() {
      return "tunnels/tunnel";
    }
  }

  /**
   * A bypass or discard policy.
   *
   * @param action {@code bypass} or {@code discard}
   */
  record StaticPolicy(
      String name,
      Optional<String> dataPlane,
      Direction direction,
      SelectorTemplate localTs,
      SelectorTemplate remoteTs,
      int priority,
      String action)
      implements IntentObject {
    @Override
    public String list() {
      return "policies/policy";
    }
  }

  /**
   * A device.
   *
   * @param type {@code infrap4d} or {@code vrouter}
   * @param settings leaves of the type's case by their YANG path below the case's container, such
   *     as {@code gnmi-address}, {@code tls/ca-file}, {@code quirks/spi-byte-order}; values as YANG
   *     writes them
   * @param allowManualSa whether SAs may be written by hand, by who has the role for it
   */
  record PlaneConfig(String name, String type, Map<String, String> settings, boolean allowManualSa)
      implements IntentObject {
    public PlaneConfig {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      settings = Map.copyOf(settings);
    }

    /** A device whose SAs come from IKE alone. */
    public PlaneConfig(String name, String type, Map<String, String> settings) {
      this(name, type, settings, false);
    }

    @Override
    public String list() {
      return "data-planes/data-plane";
    }
  }
}
