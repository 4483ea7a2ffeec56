package io.keyway.it.bench.node;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import java.util.Optional;

/**
 * What a set-up is made of: both ends offer this and nothing else. Groups as strong as AES-256 go
 * with it and SHA-384, the others with AES-128 and SHA-256.
 *
 * @param group of IKE_SA_INIT
 * @param proof how both sides authenticate
 */
public record Profile(KeyExchangeMethod group, Proof proof) {
  public static final Profile X25519 = new Profile(KeyExchangeMethod.X25519, Proof.PSK);
  public static final Profile P384 = new Profile(KeyExchangeMethod.ECP_384, Proof.PSK);

  /** As {@link #toString} shows it: {@code psk/x25519}. */
  public static Profile parse(String text) {
    String[] words = text.split("/", -1);
    return new Profile(
        KeyExchangeMethod.ofKeyword(words[1])
            .orElseThrow(() -> new IllegalArgumentException("no key exchange '" + words[1] + "'")),
        Proof.ofKeyword(words[0])
            .orElseThrow(() -> new IllegalArgumentException("no proof '" + words[0] + "'")));
  }

  /** Whether AES-256 and SHA-384 go with the group. */
  public boolean strong() {
    return switch (group) {
      case MODP_2048, MODP_3072, ECP_256, X25519, ML_KEM_512 -> false;
      default -> true;
    };
  }

  private EncryptionAlgorithm encryption() {
    return strong() ? EncryptionAlgorithm.AES_GCM_16_256 : EncryptionAlgorithm.AES_GCM_16_128;
  }

  public IkeProposal ike() {
    return new IkeProposal(
        "1",
        encryption(),
        IntegrityAlgorithm.NONE,
        strong() ? PrfAlgorithm.PRF_HMAC_SHA2_384 : PrfAlgorithm.PRF_HMAC_SHA2_256,
        group);
  }

  public EspProposal esp() {
    return new EspProposal("1", encryption(), IntegrityAlgorithm.NONE, Optional.empty(), false);
  }

  @Override
  public String toString() {
    return proof.keyword() + "/" + group.keyword();
  }
}
