package io.keyway.api.crypto;

import java.util.List;
import java.util.Objects;

/**
 * One acceptable combination of algorithms for an IKE SA (RFC 7296 section 3.3).
 *
 * @param name its name in the configuration; unnamed ones are called 1, 2, ...
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 * @param additional further key exchanges in their order (RFC 9370), seven at most, none twice
 */
public record IkeProposal(
    String name,
    EncryptionAlgorithm encryption,
    IntegrityAlgorithm integrity,
    PrfAlgorithm prf,
    KeyExchangeMethod keyExchange,
    List<KeyExchangeMethod> additional) {

  /** With one key exchange. */
  public IkeProposal(
      String name,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      PrfAlgorithm prf,
      KeyExchangeMethod keyExchange) {
    this(name, encryption, integrity, prf, keyExchange, List.of());
  }

  public IkeProposal {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(prf, "prf");
    Objects.requireNonNull(keyExchange, "keyExchange");
    additional = KeyExchanges.checked(name, keyExchange, additional);
    if (!encryption.forIke()) {
      throw new IllegalArgumentException(
          "proposal '"
              + name
              + "': IKE messages must be encrypted, and "
              + encryption.modelName()
              + " does not; it is for child policies only");
    }
    if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
      throw new IllegalArgumentException(
          "proposal '"
              + name
              + "': "
              + encryption.modelName()
              + (encryption.aead()
                  ? " protects integrity itself; set integrity to none"
                  : " needs an integrity algorithm, such as sha256"));
    }
  }

  /** In the words of strongSwan, such as {@code aes256gcm16-prfsha384-ecp384}. */
  public String keywords() {
    String middle = encryption.aead() ? "" : "-" + integrity.keyword();
    return encryption.keyword()
        + middle
        + "-"
        + prf.keyword()
        + "-"
        + keyExchange.keyword()
        + KeyExchanges.keywords(additional);
  }
}
