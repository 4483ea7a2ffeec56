package io.keyway.ike.engine.negotiate;

import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Offers and choices of algorithms for a CHILD_SA. The first child, made by IKE_AUTH, has no key
 * exchange of its own (RFC 7296 section 1.2), so there the groups play no part.
 */
public final class EspProposals {
  private EspProposals() {}

  /**
   * A choice made as responder.
   *
   * @param chosen what protects the child: the configured proposal, without its group where the
   *     exchange had no key exchange
   * @param answer what to send, with our SPI
   * @param peerSpi the peer's inbound SPI
   */
  public record Choice(EspProposal chosen, Proposal answer, int peerSpi) {}

  /**
   * Our offer, numbered from 1.
   *
   * @param spi our inbound SPI
   * @param keyExchange whether the exchange can carry a key exchange
   */
  public static SaPayload offer(List<EspProposal> ours, int spi, boolean keyExchange) {
    List<Proposal> offer = new ArrayList<>();
    for (EspProposal proposal : ours) {
      List<Transform> transforms = transforms(proposal, keyExchange);
      if (offer.stream().noneMatch(p -> p.transforms().equals(transforms))) {
        offer.add(new Proposal(offer.size() + 1, ProtocolId.ESP, Octets.ofInt(spi), transforms));
      }
    }
    return new SaPayload(offer);
  }

  /** The first of our proposals that the peer offers: our order of preference decides. */
  public static Optional<Choice> choose(
      List<EspProposal> ours, SaPayload offer, int ourSpi, boolean keyExchange) {
    for (EspProposal mine : ours) {
      for (Proposal offered : offer.proposals()) {
        if (hasUsableSpi(offered) && matches(mine, offered, keyExchange)) {
          Proposal answer =
              new Proposal(
                  offered.number(),
                  ProtocolId.ESP,
                  Octets.ofInt(ourSpi),
                  transforms(mine, keyExchange));
          return Optional.of(new Choice(agreed(mine, keyExchange), answer, offered.spi().toInt()));
        }
      }
    }
    return Optional.empty();
  }

  /** Which of our proposals the peer's answer is, with its SPI; empty if it is none of them. */
  public static Optional<Choice> chosen(
      List<EspProposal> ours, SaPayload answer, boolean keyExchange) {
    if (answer.proposals().size() != 1) {
      return Optional.empty();
    }
    Proposal chosen = answer.proposals().get(0);
    if (!hasUsableSpi(chosen) || !Transforms.isSingleChoice(chosen)) {
      return Optional.empty();
    }
    return ours.stream()
        .filter(mine -> matches(mine, chosen, keyExchange))
        .findFirst()
        .map(mine -> new Choice(agreed(mine, keyExchange), chosen, chosen.spi().toInt()));
  }

  private static EspProposal agreed(EspProposal mine, boolean keyExchange) {
    return keyExchange
        ? mine
        : new EspProposal(
            mine.name(), mine.encryption(), mine.integrity(), Optional.empty(), mine.esn());
  }

  /** RFC 4303 section 2.1 reserves SPIs 0 to 255. */
  private static boolean hasUsableSpi(Proposal proposal) {
    return proposal.protocolId() == ProtocolId.ESP
        && proposal.spi().length() == 4
        && Integer.compareUnsigned(proposal.spi().toInt(), 255) > 0;
  }

  private static boolean matches(EspProposal mine, Proposal offered, boolean keyExchange) {
    boolean group =
        !keyExchange
            || mine.keyExchange()
                .map(k -> Transforms.offers(offered, Transform.of(TransformType.KE, k.ianaId())))
                .orElseGet(() -> Transforms.offersNoKeyExchange(offered));
    return group
        && Transforms.offersAdditional(offered, keyExchange ? mine.additional() : List.of())
        && Transforms.understood(
            offered, TransformType.ENCR, TransformType.INTEG, TransformType.KE, TransformType.ESN)
        && Transforms.offers(offered, Transforms.encryption(mine.encryption()))
        && Transforms.offersIntegrity(offered, mine.integrity())
        && Transforms.offers(offered, Transforms.esn(mine.esn()));
  }

  private static List<Transform> transforms(EspProposal proposal, boolean keyExchange) {
    List<Transform> transforms = new ArrayList<>(4);
    transforms.add(Transforms.encryption(proposal.encryption()));
    if (proposal.integrity() != IntegrityAlgorithm.NONE) {
      transforms.add(Transform.of(TransformType.INTEG, proposal.integrity().ianaId()));
    }
    if (keyExchange && proposal.keyExchange().isPresent()) {
      transforms.add(Transform.of(TransformType.KE, proposal.keyExchange().get().ianaId()));
      transforms.addAll(Transforms.additional(proposal.additional()));
    }
    transforms.add(Transforms.esn(proposal.esn()));
    return transforms;
  }
}
