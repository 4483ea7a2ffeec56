package io.keyway.api.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProposalTest {
  private static IkeProposal ike(
      EncryptionAlgorithm encryption, KeyExchangeMethod first, KeyExchangeMethod... more) {
    return new IkeProposal(
        "p",
        encryption,
        encryption.aead() ? IntegrityAlgorithm.NONE : IntegrityAlgorithm.HMAC_SHA2_256_128,
        PrfAlgorithm.PRF_HMAC_SHA2_256,
        first,
        List.of(more));
  }

  @Test
  void additionalKeyExchangesAreShownAsStrongSwanWritesThem() {
    assertThat(
            ike(
                    EncryptionAlgorithm.AES_GCM_16_256,
                    KeyExchangeMethod.X25519,
                    KeyExchangeMethod.ML_KEM_768,
                    KeyExchangeMethod.ML_KEM_1024)
                .keywords())
        .isEqualTo("aes256gcm16-prfsha256-x25519-ke1_mlkem768-ke2_mlkem1024");
  }

  @Test
  void noMethodComesTwiceAndNoMoreThanSevenFollowTheFirst() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ike(
                    EncryptionAlgorithm.AES_GCM_16_256,
                    KeyExchangeMethod.X25519,
                    KeyExchangeMethod.ML_KEM_768,
                    KeyExchangeMethod.X25519))
        .withMessageContaining("x25519 twice");
    KeyExchangeMethod[] all = KeyExchangeMethod.values();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ike(EncryptionAlgorithm.AES_GCM_16_256, all[0], Arrays.copyOfRange(all, 1, 9)))
        .withMessageContaining("room for 7");
  }

  @Test
  void aChildNeedsAFirstKeyExchangeBeforeAnAdditionalOne() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new EspProposal(
                    "p",
                    EncryptionAlgorithm.AES_GCM_16_256,
                    IntegrityAlgorithm.NONE,
                    Optional.empty(),
                    List.of(KeyExchangeMethod.ML_KEM_768),
                    true))
        .withMessageContaining("set dh-group");
  }

  @Test
  void whatDoesNotEncryptProtectsNoIkeMessages() {
    for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
      if (!algorithm.encrypts()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ike(algorithm, KeyExchangeMethod.X25519))
            .withMessageContaining(algorithm.modelName());
      }
    }
  }

  @Test
  void everyWireFormNamesOneAlgorithm() {
    for (EncryptionAlgorithm algorithm : EncryptionAlgorithm.values()) {
      assertThat(EncryptionAlgorithm.ofWire(algorithm.ianaId(), algorithm.keyLengthAttribute()))
          .contains(algorithm);
      assertThat(EncryptionAlgorithm.ofModelName(algorithm.modelName())).contains(algorithm);
    }
    assertThat(EncryptionAlgorithm.ofWire(28, 256)).isEmpty();
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      assertThat(KeyExchangeMethod.ofWire(method.ianaId())).contains(method);
    }
  }
}
