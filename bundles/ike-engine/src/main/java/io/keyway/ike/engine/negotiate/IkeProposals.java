package io.keyway.ike.engine.negotiate;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Offers and choices of algorithms for an IKE SA. */
public final class IkeProposals {
  private IkeProposals() {}

  /**
   * A choice made as responder.
   *
   * @param chosen the configured proposal
   * @param answer the offered proposal cut down to it, without our SPI
   */
  public record Choice(IkeProposal chosen, Proposal answer) {}

  /** Our offer, numbered from 1. */
  public static SaPayload offer(List<IkeProposal> ours, Octets spi) {
    List<Proposal> offer = new ArrayList<>();
    for (IkeProposal proposal : ours) {
      offer.add(new Proposal(offer.size() + 1, ProtocolId.IKE, spi, transforms(proposal)));
    }
    return new SaPayload(offer);
  }

  /** The first of our proposals that the peer offers: our order of preference decides. */
  public static Optional<Choice> choose(List<IkeProposal> ours, SaPayload offer) {
    for (IkeProposal mine : ours) {
      for (Proposal offered : offer.proposals()) {
        if (offered.protocolId() == ProtocolId.IKE && matches(mine, offered)) {
          return Optional.of(
              new Choice(
                  mine,
                  new Proposal(offered.number(), ProtocolId.IKE, offered.spi(), transforms(mine))));
        }
      }
    }
    return Optional.empty();
  }

  /** Which of our proposals the peer's answer is; empty if it is none of them. */
  public static Optional<IkeProposal> chosen(List<IkeProposal> ours, SaPayload answer) {
    if (answer.proposals().size() != 1) {
      return Optional.empty();
    }
    Proposal chosen = answer.proposals().get(0);
    if (chosen.protocolId() != ProtocolId.IKE || !Transforms.isSingleChoice(chosen)) {
      return Optional.empty();
    }
    return ours.stream().filter(mine -> matches(mine, chosen)).findFirst();
  }

  /** What a proposal is apart from its name, which is a matter of the configuration. */
  public static String algorithms(IkeProposal proposal) {
    return proposal.keywords();
  }

  /** The same for several. */
  public static Set<String> algorithms(List<IkeProposal> proposals) {
    Set<String> all = new LinkedHashSet<>();
    proposals.forEach(p -> all.add(algorithms(p)));
    return all;
  }

  /** Whether a configuration allows what was chosen, under whatever name. */
  public static boolean allows(List<IkeProposal> ours, IkeProposal chosen) {
    return ours.stream().anyMatch(p -> algorithms(p).equals(algorithms(chosen)));
  }

  private static boolean matches(IkeProposal mine, Proposal offered) {
    return Transforms.understood(
            offered, TransformType.ENCR, TransformType.PRF, TransformType.INTEG, TransformType.KE)
        && Transforms.offers(offered, Transforms.encryption(mine.encryption()))
        && Transforms.offersIntegrity(offered, mine.integrity())
        && Transforms.offers(offered, Transform.of(TransformType.PRF, mine.prf().ianaId()))
        && Transforms.offers(offered, Transform.of(TransformType.KE, mine.keyExchange().ianaId()))
        && Transforms.offersAdditional(offered, mine.additional());
  }

  private static List<Transform> transforms(IkeProposal proposal) {
    List<Transform> transforms = new ArrayList<>(4);
    transforms.add(Transforms.encryption(proposal.encryption()));
    transforms.add(Transform.of(TransformType.PRF, proposal.prf().ianaId()));
    if (proposal.integrity() != IntegrityAlgorithm.NONE) {
      transforms.add(Transform.of(TransformType.INTEG, proposal.integrity().ianaId()));
    }
    transforms.add(Transform.of(TransformType.KE, proposal.keyExchange().ianaId()));
    transforms.addAll(Transforms.additional(proposal.additional()));
    return transforms;
  }
}
