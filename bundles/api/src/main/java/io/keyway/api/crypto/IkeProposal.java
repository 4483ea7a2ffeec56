package io.keyway.api.crypto;

import java.util.Objects;

/**
 * One acceptable combination of algorithms for an IKE SA (RFC 7296 section 3.3).
 *
 * @param name its name in the configuration; unnamed ones are called 1, 2, ...
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 */
public record IkeProposal(
    String name,
    EncryptionAlgorithm encryption,
    IntegrityAlgorithm integrity,
    PrfAlgorithm prf,
    KeyExchangeMethod keyExchange) {

  public IkeProposal {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(prf, "prf");
    Objects.requireNonNull(keyExchange, "keyExchange");
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
    return encryption.keyword() + middle + "-" + prf.keyword() + "-" + keyExchange.keyword();
  }
}
