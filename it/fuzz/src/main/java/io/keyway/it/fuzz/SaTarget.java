package io.keyway.it.fuzz;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.SaPayload;
import java.util.List;
import java.util.Optional;

/** An SA payload, and what both roles of the negotiation make of it. */
public final class SaTarget {
  private static final List<IkeProposal> IKE =
      List.of(
          new IkeProposal(
              "1",
              EncryptionAlgorithm.AES_GCM_16_256,
              IntegrityAlgorithm.NONE,
              PrfAlgorithm.PRF_HMAC_SHA2_384,
              KeyExchangeMethod.X25519),
          new IkeProposal(
              "2",
              EncryptionAlgorithm.AES_CBC_128,
              IntegrityAlgorithm.HMAC_SHA2_256_128,
              PrfAlgorithm.PRF_HMAC_SHA2_256,
              KeyExchangeMethod.MODP_2048));
  private static final List<EspProposal> ESP =
      List.of(
          new EspProposal(
              "1",
              EncryptionAlgorithm.AES_GCM_16_256,
              IntegrityAlgorithm.NONE,
              Optional.of(KeyExchangeMethod.ECP_384),
              true),
          new EspProposal(
              "2",
              EncryptionAlgorithm.AES_CBC_128,
              IntegrityAlgorithm.HMAC_SHA2_256_128,
              Optional.empty(),
              false));

  private SaTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    Wire.payload(PayloadType.SA, data).ifPresent(payload -> negotiate((SaPayload) payload));
  }

  private static void negotiate(SaPayload offer) {
    IkeProposals.choose(IKE, offer)
        .ifPresent(
            choice -> {
              SaPayload answer = new SaPayload(List.of(choice.answer()));
              Wire.require(
                  IkeProposals.chosen(IKE, answer).isPresent(), "our own answer is no choice");
            });
    IkeProposals.chosen(IKE, offer);
    for (boolean keyExchange : new boolean[] {true, false}) {
      EspProposals.choose(ESP, offer, 0x1000, keyExchange)
          .ifPresent(
              choice -> {
                Wire.require(
                    Integer.compareUnsigned(choice.peerSpi(), 255) > 0, "a reserved SPI is used");
                SaPayload answer = new SaPayload(List.of(choice.answer()));
                Wire.require(
                    EspProposals.chosen(ESP, answer, keyExchange).isPresent(),
                    "our own answer is no choice");
              });
      EspProposals.chosen(ESP, offer, keyExchange);
    }
  }
}
