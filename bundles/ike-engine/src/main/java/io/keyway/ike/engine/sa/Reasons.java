package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.SaPayload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/** Failures in words that name cause and cure. */
public final class Reasons {
  private static final int MOST_OFFERED = 16;

  private Reasons() {}

  /** The peer refused IKE_SA_INIT. */
  static String initRefused(IkeSa sa, int notifyType) {
    String peer = "peer " + sa.path().peer();
    return switch (notifyType) {
      case NotifyType.NO_PROPOSAL_CHOSEN ->
          peer
              + " accepts none of our IKE proposals "
              + ikeProposals(sa.config())
              + ", or has no connection for our address (NO_PROPOSAL_CHOSEN);"
              + " compare the IKE policies and addresses of both ends";
      case NotifyType.INVALID_KE_PAYLOAD ->
          peer
              + " insists on a key exchange method that we do not propose (INVALID_KE_PAYLOAD); our"
              + " proposals are "
              + ikeProposals(sa.config());
      case NotifyType.INVALID_MAJOR_VERSION -> peer + " does not speak IKEv2";
      default -> peer + " refused IKE_SA_INIT: " + NotifyType.name(notifyType);
    };
  }

  /** The peer refused IKE_AUTH as a whole. */
  static String authRefused(IkeSa sa, int notifyType) {
    ConnectionConfig config = sa.config();
    String peer = "peer " + sa.path().peer();
    if (notifyType == NotifyType.AUTHENTICATION_FAILED) {
      boolean key = config.authentication().method() == Authentication.Method.PRE_SHARED_KEY;
      return "authentication failed: "
          + peer
          + " rejected our identity '"
          + Identities.local(config)
          + "' or our "
          + (key ? "pre-shared key" : "certificate")
          + " (AUTHENTICATION_FAILED); check "
          + (key
              ? "secret '" + config.authentication().secret() + "' and the identities on both ends"
              : "certificate '"
                  + config.authentication().certificates().certificate()
                  + "' and the identities on both ends, and look at the peer's log");
    }
    return peer + " refused IKE_AUTH: " + NotifyType.name(notifyType);
  }

  /** The peer refused a child. */
  static Outcome childRefused(IkeSa sa, ChildConfig config, int notifyType) {
    String peer = "peer " + sa.path().peer();
    String name = NotifyType.name(notifyType);
    return switch (notifyType) {
      case NotifyType.NO_PROPOSAL_CHOSEN ->
          Outcome.refused(
              peer
                  + " accepts none of our ESP proposals "
                  + espProposals(config)
                  + ", or could not install the child (NO_PROPOSAL_CHOSEN); compare the child policies"
                  + " of both ends and look at the peer's log");
      case NotifyType.TS_UNACCEPTABLE ->
          Outcome.refused(
              peer
                  + " has no child for our selectors "
                  + config.localTs()
                  + " === "
                  + config.remoteTs()
                  + " (TS_UNACCEPTABLE); compare the traffic selectors of both ends");
      case NotifyType.SINGLE_PAIR_REQUIRED ->
          Outcome.refused(
              peer
                  + " takes one pair of addresses in a child only (SINGLE_PAIR_REQUIRED), and our"
                  + " selectors are "
                  + config.localTs()
                  + " === "
                  + config.remoteTs()
                  + "; configure a tunnel for each pair of hosts");
      case NotifyType.INVALID_KE_PAYLOAD ->
          Outcome.refused(
              peer
                  + " insists on a key exchange method for the child that we do not propose"
                  + " (INVALID_KE_PAYLOAD); our proposals are "
                  + espProposals(config));
      case NotifyType.NO_ADDITIONAL_SAS ->
          Outcome.refused(peer + " takes no further child on this IKE SA (NO_ADDITIONAL_SAS)");
      case NotifyType.TEMPORARY_FAILURE ->
          Outcome.unavailable(peer + " is busy with this IKE SA (TEMPORARY_FAILURE)");
      case NotifyType.FAILED_CP_REQUIRED ->
          Outcome.refused(
              peer
                  + " wants to assign us an address (FAILED_CP_REQUIRED); set virtual-address of"
                  + " gateway '"
                  + sa.connection().name()
                  + "'");
      case NotifyType.INTERNAL_ADDRESS_FAILURE ->
          Outcome.refused(
              peer
                  + " has no address for us (INTERNAL_ADDRESS_FAILURE); look at its address pools"
                  + " and its log");
      default -> Outcome.refused(peer + " refused the child: " + name);
    };
  }

  /** A NAT is there and the plane cannot live with it. */
  static String nat(IkeSa sa, NatDetection.Finding nat) {
    return "no child: "
        + natFound(nat)
        + " (peer "
        + sa.path().peer()
        + "), and NAT traversal is off or data plane '"
        + sa.config().plane()
        + "' cannot put ESP into UDP; remove the NAT, or use a data plane that can encapsulate";
  }

  /** Address and port, without the name that a resolver may know. */
  public static String endpoint(InetSocketAddress address) {
    return (address.isUnresolved()
            ? address.getHostString()
            : address.getAddress().getHostAddress())
        + ":"
        + address.getPort();
  }

  /** Addresses without the names that a resolver may know. */
  static String addresses(List<InetAddress> addresses) {
    return addresses.isEmpty()
        ? "none"
        : addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
  }

  /** Who is behind a NAT. */
  static String natFound(NatDetection.Finding nat) {
    if (nat.equals(NatDetection.Finding.NONE.forcedIf(true))) {
      return "ESP goes in UDP because force-encapsulation is set";
    }
    return nat.local() && nat.remote()
        ? "both ends are behind a NAT"
        : nat.local() ? "we are behind a NAT" : "the peer is behind a NAT";
  }

  static String ikeProposals(ConnectionConfig config) {
    return config.proposals().stream()
        .map(IkeProposal::keywords)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  static String espProposals(ChildConfig config) {
    return config.proposals().stream()
        .map(EspProposal::keywords)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  /** What a peer offers, as far as a line of the log has room for it. */
  public static String offered(SaPayload offer) {
    String all =
        offer.proposals().stream()
            .limit(MOST_OFFERED)
            .map(p -> p.transforms().stream().limit(MOST_OFFERED).toList().toString())
            .collect(Collectors.joining(", "));
    return offer.proposals().size() > MOST_OFFERED ? all + ", ..." : all;
  }
}
