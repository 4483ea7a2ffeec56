package io.keyway.ike.engine.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.message.EncryptionId;
import io.keyway.ike.message.EsnId;
import io.keyway.ike.message.GroupId;
import io.keyway.ike.message.IntegrityId;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.PrfId;
import io.keyway.ike.message.Proposal;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.Transform;
import io.keyway.ike.message.TransformType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final Transform GCM = Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 256);
  private static final Transform PRF = Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_384);
  private static final Transform X25519 = Transform.of(TransformType.KE, GroupId.CURVE25519);
  private static final Transform ESN = Transform.of(TransformType.ESN, EsnId.ESN);
  private static final Transform NO_ESN = Transform.of(TransformType.ESN, EsnId.NO_ESN);

  private static SaPayload ike(Transform... transforms) {
    return new SaPayload(
        List.of(new Proposal(3, ProtocolId.IKE, Octets.EMPTY, List.of(transforms))));
  }

  private static SaPayload esp(int spi, Transform... transforms) {
    return new SaPayload(
        List.of(new Proposal(1, ProtocolId.ESP, Octets.ofInt(spi), List.of(transforms))));
  }

  private static Optional<IkeProposals.Choice> choose(Transform... transforms) {
    return IkeProposals.choose(List.of(Config.GCM_X25519), ike(transforms));
  }

  @Test
  void answersWithOneTransformOfEachTypeAndTheOfferedNumber() {
    Transform aes128 = Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 128);
    Transform sha256 = Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_256);
    IkeProposals.Choice choice = choose(aes128, GCM, sha256, PRF, X25519).orElseThrow();
    assertThat(choice.answer().number()).isEqualTo(3);
    assertThat(choice.answer().transforms()).containsExactly(GCM, PRF, X25519);
  }

  @Test
  void ourOrderDecides() {
    SaPayload both =
        IkeProposals.offer(List.of(Config.GCM_ECP256, Config.GCM_X25519), Octets.EMPTY);
    assertThat(
            IkeProposals.choose(List.of(Config.GCM_X25519, Config.GCM_ECP256), both)
                .orElseThrow()
                .chosen())
        .isEqualTo(Config.GCM_X25519);
  }

  @Test
  void aTransformTypeThatIsNotUnderstoodSpoilsTheProposal() {
    assertThat(choose(GCM, PRF, X25519, Transform.of(77, 1))).isEmpty();
    assertThat(choose(GCM, PRF, X25519, ESN)).isEmpty();
  }

  @Test
  void additionalKeyExchangesMayOnlyBeDeclinedWhereNoneIsOffered() {
    Transform mlKem = Transform.of(TransformType.ADDKE1, GroupId.ML_KEM_768);
    Transform none = Transform.of(TransformType.ADDKE1, GroupId.NONE);
    assertThat(choose(GCM, PRF, X25519, mlKem)).isEmpty();
    assertThat(choose(GCM, PRF, X25519, mlKem, none)).isPresent();
  }

  @Test
  void aKeyLengthIsPartOfTheTransform() {
    assertThat(choose(Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 0), PRF, X25519))
        .isEmpty();
    assertThat(choose(new Transform(TransformType.ENCR, 20, 256, true), PRF, X25519)).isEmpty();
  }

  @Test
  void anAeadGoesWithoutIntegrityOrWithNone() {
    Transform none = Transform.of(TransformType.INTEG, IntegrityId.NONE);
    Transform sha = Transform.of(TransformType.INTEG, IntegrityId.AUTH_HMAC_SHA2_256_128);
    assertThat(choose(GCM, PRF, none, X25519)).isPresent();
    assertThat(choose(GCM, PRF, sha, X25519)).isEmpty();
    assertThat(choose(GCM, PRF, none, sha, X25519)).isPresent();
  }

  @Test
  void anAnswerMustBeOneOfOurOffers() {
    assertThat(IkeProposals.chosen(List.of(Config.GCM_X25519), ike(GCM, PRF, X25519))).isPresent();
    Transform ecp = Transform.of(TransformType.KE, GroupId.ECP_256);
    assertThat(IkeProposals.chosen(List.of(Config.GCM_X25519), ike(GCM, PRF, ecp))).isEmpty();
    assertThat(IkeProposals.chosen(List.of(Config.GCM_X25519), ike(GCM, PRF, X25519, ecp)))
        .isEmpty();
    List<Proposal> two = new ArrayList<>(ike(GCM, PRF, X25519).proposals());
    two.addAll(two);
    assertThat(IkeProposals.chosen(List.of(Config.GCM_X25519), new SaPayload(two))).isEmpty();
  }

  @Test
  void namesOfProposalsDoNotMatter() {
    assertThat(
            IkeProposals.allows(
                List.of(
                    new io.keyway.api.crypto.IkeProposal(
                        "another name",
                        Config.GCM_X25519.encryption(),
                        Config.GCM_X25519.integrity(),
                        Config.GCM_X25519.prf(),
                        Config.GCM_X25519.keyExchange())),
                Config.GCM_X25519))
        .isTrue();
    assertThat(IkeProposals.allows(List.of(Config.GCM_ECP256), Config.GCM_X25519)).isFalse();
  }

  @Test
  void theFirstChildHasNoKeyExchangeOfItsOwn() {
    assertThat(
            EspProposals.offer(List.of(Config.ESP_GCM_PFS, Config.ESP_GCM), 0x1000, false)
                .proposals())
        .singleElement()
        .satisfies(p -> assertThat(p.transforms()).containsExactly(GCM, ESN));
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM_PFS), esp(0x1000, GCM, ESN), 1, false))
        .hasValueSatisfying(
            choice ->
                assertThat(choice.chosen().keyExchange())
                    .as("a status may not claim a secrecy that this child does not have")
                    .isEmpty());
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM_PFS), esp(0x1000, GCM, ESN), 1, true))
        .isEmpty();
  }

  @Test
  void perfectForwardSecrecyIsNeitherDroppedNorAdded() {
    Transform none = Transform.of(TransformType.KE, GroupId.NONE);
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM), esp(0x1000, GCM, ESN, X25519), 1, true))
        .isEmpty();
    assertThat(
            EspProposals.choose(
                List.of(Config.ESP_GCM), esp(0x1000, GCM, ESN, X25519, none), 1, true))
        .isPresent();
  }

  @Test
  void reservedAndMissingSpisAreRefused() {
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM), esp(255, GCM, ESN), 1, true)).isEmpty();
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM), esp(256, GCM, ESN), 1, true))
        .isPresent();
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM), esp(-1, GCM, ESN), 1, true))
        .isPresent();
    SaPayload noSpi =
        new SaPayload(List.of(new Proposal(1, ProtocolId.ESP, Octets.EMPTY, List.of(GCM, ESN))));
    assertThat(EspProposals.choose(List.of(Config.ESP_GCM), noSpi, 1, true)).isEmpty();
  }

  @Test
  void sequenceNumbersMustMeet() {
    EspProposal plain =
        new EspProposal(
            "plain",
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            Optional.empty(),
            false);
    assertThat(EspProposals.choose(List.of(plain), esp(0x1000, GCM, ESN), 1, true)).isEmpty();
    assertThat(
            EspProposals.choose(List.of(plain), esp(0x1000, GCM, ESN, NO_ESN), 1, true)
                .orElseThrow()
                .answer()
                .transforms())
        .containsExactly(GCM, NO_ESN);
  }
}
