package io.keyway.northbound.config;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** List {@code child-policy}. */
final class ChildPolicyMapper {

  private ChildPolicyMapper() {}

  static ChildPolicy read(Tree tree) throws InvalidEntryException {
    List<EspProposal> proposals = new ArrayList<>();
    for (Tree proposal : IkePolicyMapper.proposals(tree)) {
      String name = proposal.mandatory("name");
      try {
        proposals.add(proposal(name, proposal));
      } catch (InvalidEntryException e) {
        throw e.below("proposals/proposal=" + name);
      }
    }
    List<SelectorTemplate> local = Selectors.readList(tree, "local-ts");
    List<SelectorTemplate> remote = Selectors.readList(tree, "remote-ts");
    List<Integer> protocols = protocols(tree);
    if (!protocols.isEmpty()) {
      requireAnyProtocol("local-ts", local);
      requireAnyProtocol("remote-ts", remote);
    }
    return new ChildPolicy(
        tree.mandatory("name"),
        IpsecMode.valueOf(tree.text("mode").orElse("tunnel").toUpperCase(Locale.ROOT)),
        proposals,
        local,
        remote,
        protocols,
        lifetime(tree),
        (int) tree.number("replay-window", 64),
        StartAction.valueOf(tree.text("start-action").orElse("start").toUpperCase(Locale.ROOT)));
  }

  private static EspProposal proposal(String name, Tree tree) throws InvalidEntryException {
    Optional<KeyExchangeMethod> keyExchange =
        tree.has("dh-group")
            ? Optional.of(Algorithms.keyExchange(tree.mandatory("dh-group")))
            : Optional.empty();
    try {
      return new EspProposal(
          name,
          Algorithms.encryption(tree),
          Algorithms.integrity(tree),
          keyExchange,
          Algorithms.additional(tree),
          tree.flag("esn", false));
    } catch (IllegalArgumentException e) {
      throw new InvalidEntryException("integrity", e.getMessage());
    }
  }

  private static List<Integer> protocols(Tree tree) throws InvalidEntryException {
    List<Integer> protocols = new ArrayList<>();
    for (String text : tree.leafList("protocols")) {
      int number = Protocols.number(text);
      if (protocols.contains(number)) {
        // "tcp" and 6 are two values to the schema, but one child.
        throw new InvalidEntryException("protocols", "protocol " + text + " is there twice");
      }
      protocols.add(number);
    }
    return protocols;
  }

  private static void requireAnyProtocol(String list, List<SelectorTemplate> selectors)
      throws InvalidEntryException {
    for (SelectorTemplate selector : selectors) {
      if (selector.protocol() != TrafficSelector.ANY_PROTOCOL) {
        throw new InvalidEntryException(
            list,
            "selector "
                + selector
                + " has a protocol of its own, and so does the list protocols; use one of them");
      }
    }
  }

  private static Lifetime lifetime(Tree tree) throws InvalidEntryException {
    Lifetime.Limit soft =
        new Lifetime.Limit(
            tree.number("rekey-time", 3600),
            tree.number("rekey-bytes", 0),
            tree.number("rekey-packets", 0));
    Lifetime.Limit hard =
        new Lifetime.Limit(
            hard(tree, "life-time", "rekey-time", soft.seconds()),
            hard(tree, "life-bytes", "rekey-bytes", soft.bytes()),
            hard(tree, "life-packets", "rekey-packets", soft.packets()));
    return new Lifetime(soft, hard);
  }

  private static long hard(Tree tree, String leaf, String softLeaf, long soft)
      throws InvalidEntryException {
    // A tenth more than the soft limit, and at least one more, so that a rekey has room.
    long usual = soft == 0 ? 0 : Math.addExact(soft, Math.max(1, soft / 10));
    long hard = tree.number(leaf, usual);
    if (hard != 0 && hard <= soft) {
      throw new InvalidEntryException(
          leaf,
          leaf + " " + hard + " must be larger than " + softLeaf + " " + soft + ", or 0 for none");
    }
    return hard;
  }

  static Tree write(ChildPolicy policy) {
    List<Tree> proposals = new ArrayList<>();
    for (EspProposal proposal : policy.proposals()) {
      proposals.add(
          new Tree()
              .leaf("name", proposal.name())
              .leaf("encryption", proposal.encryption().modelName())
              .leaf("integrity", proposal.integrity().modelName())
              .leaf("dh-group", proposal.keyExchange().map(KeyExchangeMethod::keyword))
              .leafList("additional-key-exchange", Algorithms.names(proposal.additional()))
              .leaf("esn", proposal.esn()));
    }
    Lifetime.Limit soft = policy.lifetime().soft();
    Lifetime.Limit hard = policy.lifetime().hard();
    return new Tree()
        .leaf("name", policy.name())
        .leaf("mode", policy.mode().name().toLowerCase(Locale.ROOT))
        .container("proposals", new Tree().list("proposal", proposals))
        .list("local-ts", Selectors.writeList(policy.localTs()))
        .list("remote-ts", Selectors.writeList(policy.remoteTs()))
        .leafList("protocols", policy.protocols().stream().map(Object::toString).toList())
        .leaf("rekey-time", soft.seconds())
        .leaf("life-time", hard.seconds())
        .leaf("rekey-bytes", soft.bytes())
        .leaf("life-bytes", hard.bytes())
        .leaf("rekey-packets", soft.packets())
        .leaf("life-packets", hard.packets())
        .leaf("replay-window", policy.replayWindow())
        .leaf("start-action", policy.startAction().name().toLowerCase(Locale.ROOT));
  }
}
