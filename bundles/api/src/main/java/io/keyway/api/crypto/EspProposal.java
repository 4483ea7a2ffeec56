package io.keyway.api.crypto;

import java.util.Objects;
import java.util.Optional;

/**
 * One acceptable combination of algorithms for a CHILD_SA with ESP.
 *
 * @param name its name in the configuration
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 * @param keyExchange present for perfect forward secrecy (a key exchange in CREATE_CHILD_SA)
 * @param esn true for 64-bit sequence numbers (RFC 4303 section 2.2.1)
 */
public record EspProposal(
    String name,
    EncryptionAlgorithm encryption,
    IntegrityAlgorithm integrity,
    Optional<KeyExchangeMethod> keyExchange,
    boolean esn) {

  public EspProposal {
    Objects.requireNonNull(name, "name");
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

  /** In the words of strongSwan, such as {@code aes256gcm16-ecp384-esn}. */
  public String keywords() {
    String middle = encryption.aead() ? "" : "-" + integrity.keyword();
    String group = keyExchange.map(k -> "-" + k.keyword()).orElse("");
    return encryption.keyword() + middle + group + (esn ? "-esn" : "-noesn");
  }
}
