package io.keyway.api.ike;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One peer relation: what an IKE SA is negotiated from, with the children it should carry.
 *
 * @param name unique: the gateway's name
 * @param plane data plane that carries the children
 * @param remoteAddress empty: we cannot initiate, and any peer may come, or those of the ranges
 * @param remoteRanges where peers may come from besides the remote address; {@link PeerRanges}
 * @param localPort UDP port, usually 500
 * @param proposals in order of preference
 * @param timers times of the IKE SA
 * @param natTraversal whether NAT may be worked around where the plane can; detection payloads are
 *     exchanged in any case
 * @param options extensions that may be negotiated
 */
public record ConnectionConfig(
    String name,
    String plane,
    InetAddress localAddress,
    Optional<InetAddress> remoteAddress,
    List<TrafficSelector> remoteRanges,
    int localPort,
    int remotePort,
    List<IkeProposal> proposals,
    Authentication authentication,
    Timers timers,
    boolean natTraversal,
    Options options,
    List<ChildConfig> children) {

  /**
   * Extensions that may be negotiated.
   *
   * @param fragmentation long messages in fragments of IKE's own (RFC 7383)
   * @param mobility whether addresses may change (RFC 4555)
   * @param encapsulation ESP goes in UDP though no NAT was found (RFC 3948)
   * @param addresses that one side gives the other
   * @param childless whether an IKE SA may begin without a child (RFC 6023)
   * @param redirection to other gateways (RFC 5685)
   * @param recovery what brings an IKE SA back soon after one side lost it
   * @param unique how many IKE SAs a peer may have
   */
  public record Options(
      boolean fragmentation,
      Mobility mobility,
      boolean encapsulation,
      VirtualAddresses addresses,
      Childless childless,
      Redirection redirection,
      Recovery recovery,
      Uniqueness unique) {
    public static final Options DEFAULT = new Options(true, Mobility.OFF, false);

    public Options {
      Objects.requireNonNull(mobility, "mobility");
      Objects.requireNonNull(addresses, "addresses");
      Objects.requireNonNull(childless, "childless");
      Objects.requireNonNull(redirection, "redirection");
      Objects.requireNonNull(recovery, "recovery");
      Objects.requireNonNull(unique, "unique");
    }

    /** Without addresses that one side gives the other, and the rest by default. */
    public Options(boolean fragmentation, Mobility mobility, boolean encapsulation) {
      this(
          fragmentation,
          mobility,
          encapsulation,
          VirtualAddresses.NONE,
          Childless.ALLOW,
          Redirection.DEFAULT);
    }

    /** With the default recovery. */
    public Options(
        boolean fragmentation,
        Mobility mobility,
        boolean encapsulation,
        VirtualAddresses addresses,
        Childless childless,
        Redirection redirection) {
      this(
          fragmentation,
          mobility,
          encapsulation,
          addresses,
          childless,
          redirection,
          Recovery.DEFAULT);
    }

    /** With the default uniqueness. */
    public Options(
        boolean fragmentation,
        Mobility mobility,
        boolean encapsulation,
        VirtualAddresses addresses,
        Childless childless,
        Redirection redirection,
        Recovery recovery) {
      this(
          fragmentation,
          mobility,
          encapsulation,
          addresses,
          childless,
          redirection,
          recovery,
          Uniqueness.NO);
    }

    /** The same with other addresses. */
    public Options withAddresses(VirtualAddresses other) {
      return new Options(
          fragmentation, mobility, encapsulation, other, childless, redirection, recovery, unique);
    }

    /** The same with another mobility. */
    public Options withMobility(Mobility other) {
      return new Options(
          fragmentation, other, encapsulation, addresses, childless, redirection, recovery, unique);
    }

    /** The same with another way to begin. */
    public Options withChildless(Childless other) {
      return new Options(
          fragmentation, mobility, encapsulation, addresses, other, redirection, recovery, unique);
    }

    /** The same with another redirection. */
    public Options withRedirection(Redirection other) {
      return new Options(
          fragmentation, mobility, encapsulation, addresses, childless, other, recovery, unique);
    }

    /** The same with another uniqueness. */
    public Options withUnique(Uniqueness other) {
      return new Options(
          fragmentation,
          mobility,
          encapsulation,
          addresses,
          childless,
          redirection,
          recovery,
          other);
    }

    /** The same with another recovery. */
    public Options withRecovery(Recovery other) {
      return new Options(
          fragmentation, mobility, encapsulation, addresses, childless, redirection, other, unique);
    }
  }

  /**
   * What brings an IKE SA back soon after one side lost it.
   *
   * @param crashDetection tokens that prove that an IKE SA was lost (RFC 6290)
   * @param resumption tickets with which an IKE SA that was lost is resumed (RFC 5723)
   */
  public record Recovery(boolean crashDetection, Resumption resumption) {
    public static final Recovery DEFAULT = new Recovery(true);

    public Recovery {
      Objects.requireNonNull(resumption, "resumption");
    }

    /** Without tickets. */
    public Recovery(boolean crashDetection) {
      this(crashDetection, Resumption.OFF);
    }
  }

  /**
   * Tickets of session resumption (RFC 5723), in both roles.
   *
   * @param enabled whether tickets are asked for and granted
   * @param ticketLifetime of those that are granted, at most; positive
   */
  public record Resumption(boolean enabled, Duration ticketLifetime) {
    /** In seconds, where nothing else is configured. */
    public static final int DEFAULT_LIFETIME = 14400;

    public static final Resumption OFF =
        new Resumption(false, Duration.ofSeconds(DEFAULT_LIFETIME));

    public Resumption {
      if (ticketLifetime.isNegative() || ticketLifetime.isZero()) {
        throw new IllegalArgumentException("a ticket lives for a second at least");
      }
    }
  }

  /** With peers from the remote address, or from anywhere. */
  public ConnectionConfig(
      String name,
      String plane,
      InetAddress localAddress,
      Optional<InetAddress> remoteAddress,
      int localPort,
      int remotePort,
      List<IkeProposal> proposals,
      Authentication authentication,
      Timers timers,
      boolean natTraversal,
      Options options,
      List<ChildConfig> children) {
    this(
        name,
        plane,
        localAddress,
        remoteAddress,
        List.of(),
        localPort,
        remotePort,
        proposals,
        authentication,
        timers,
        natTraversal,
        options,
        children);
  }

  /** Whether a peer may come from there. */
  public boolean admits(InetAddress peer) {
    return remoteAddress.isEmpty() && remoteRanges.isEmpty()
        || remoteAddress.filter(peer::equals).isPresent()
        || PeerRanges.contain(remoteRanges, peer);
  }

  /** The same with the default options. */
  public ConnectionConfig(
      String name,
      String plane,
      InetAddress localAddress,
      Optional<InetAddress> remoteAddress,
      int localPort,
      int remotePort,
      List<IkeProposal> proposals,
      Authentication authentication,
      Timers timers,
      boolean natTraversal,
      List<ChildConfig> children) {
    this(
        name,
        plane,
        localAddress,
        remoteAddress,
        localPort,
        remotePort,
        proposals,
        authentication,
        timers,
        natTraversal,
        Options.DEFAULT,
        children);
  }

  /**
   * Times of an IKE SA; zero switches one off.
   *
   * @param rekey age at which the IKE SA is rekeyed
   * @param reauth age at which peers authenticate anew
   * @param dpdDelay silence after which the peer is probed
   */
  public record Timers(Duration rekey, Duration reauth, Duration dpdDelay) {}

  public ConnectionConfig {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(plane, "plane");
    Objects.requireNonNull(localAddress, "localAddress");
    Objects.requireNonNull(remoteAddress, "remoteAddress");
    Objects.requireNonNull(authentication, "authentication");
    Objects.requireNonNull(timers, "timers");
    Objects.requireNonNull(options, "options");
    remoteRanges = List.copyOf(remoteRanges);
    proposals = List.copyOf(proposals);
    children = List.copyOf(children);
  }
}
