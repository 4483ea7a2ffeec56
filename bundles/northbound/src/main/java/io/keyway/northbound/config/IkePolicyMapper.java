package io.keyway.northbound.config;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Uniqueness;
import io.keyway.api.intent.IntentObject.IkePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** List {@code ike-policy}. */
final class IkePolicyMapper {

  private IkePolicyMapper() {}

  static IkePolicy read(Tree tree) throws InvalidEntryException {
    List<IkeProposal> proposals = new ArrayList<>();
    for (Tree proposal : proposals(tree)) {
      String name = proposal.mandatory("name");
      try {
        proposals.add(proposal(name, proposal));
      } catch (InvalidEntryException e) {
        throw e.below("proposals/proposal=" + name);
      }
    }
    return new IkePolicy(
        tree.mandatory("name"),
        proposals,
        tree.number("rekey-time", 14400),
        tree.number("reauth-time", 0),
        tree.number("dpd-delay", 30),
        tree.flag("mobike", true),
        tree.flag("nat-traversal", true),
        tree.flag("fragmentation", true),
        AuthenticationMapper.read(tree),
        tree.flag("force-encapsulation", false),
        Childless.valueOf(tree.text("childless").orElse("allow").toUpperCase(Locale.ROOT)),
        tree.flag("follow-redirect", true),
        new ConnectionConfig.Recovery(
            tree.flag("quick-crash-detection", true),
            new ConnectionConfig.Resumption(
                tree.flag("session-resumption", false),
                Duration.ofSeconds(
                    tree.number("ticket-lifetime", ConnectionConfig.Resumption.DEFAULT_LIFETIME)))),
        Uniqueness.valueOf(tree.text("unique").orElse("no").toUpperCase(Locale.ROOT)));
  }

  /** Shared with child policies: a policy without a proposal could never negotiate anything. */
  static List<Tree> proposals(Tree tree) throws InvalidEntryException {
    List<Tree> proposals =
        tree.container("proposals").map(p -> p.list("proposal")).orElse(List.of());
    if (proposals.isEmpty()) {
      throw new InvalidEntryException("proposals", "there is no proposal; add at least one");
    }
    return proposals;
  }

  private static IkeProposal proposal(String name, Tree tree) throws InvalidEntryException {
    try {
      return new IkeProposal(
          name,
          Algorithms.encryption(tree),
          Algorithms.integrity(tree),
          Algorithms.prf(tree),
          Algorithms.keyExchange(tree.mandatory("dh-group")),
          Algorithms.additional(tree));
    } catch (IllegalArgumentException e) {
      throw new InvalidEntryException("integrity", e.getMessage());
    }
  }

  static Tree write(IkePolicy policy) {
    List<Tree> proposals = new ArrayList<>();
    for (IkeProposal proposal : policy.proposals()) {
      proposals.add(
          new Tree()
              .leaf("name", proposal.name())
              .leaf("encryption", proposal.encryption().modelName())
              .leaf("integrity", proposal.integrity().modelName())
              .leaf("prf", proposal.prf().modelName())
              .leaf("dh-group", proposal.keyExchange().keyword())
              .leafList("additional-key-exchange", Algorithms.names(proposal.additional())));
    }
    Tree tree =
        new Tree()
            .leaf("name", policy.name())
            .container("proposals", new Tree().list("proposal", proposals))
            .leaf("rekey-time", policy.rekeySeconds())
            .leaf("reauth-time", policy.reauthSeconds())
            .leaf("dpd-delay", policy.dpdSeconds())
            .leaf("mobike", policy.mobike())
            .leaf("nat-traversal", policy.natTraversal())
            .leaf("force-encapsulation", policy.forceEncapsulation())
            .leaf("quick-crash-detection", policy.recovery().crashDetection())
            .leaf("session-resumption", policy.recovery().resumption().enabled())
            .leaf("ticket-lifetime", policy.recovery().resumption().ticketLifetime().toSeconds())
            .leaf("fragmentation", policy.fragmentation())
            .leaf("childless", policy.childless().name().toLowerCase(Locale.ROOT))
            .leaf("follow-redirect", policy.followRedirect())
            .leaf("unique", policy.unique().name().toLowerCase(Locale.ROOT));
    AuthenticationMapper.write(tree, policy.authentication());
    return tree;
  }
}
