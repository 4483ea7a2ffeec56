package io.keyway.api.crypto;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One acceptable combination of algorithms for a CHILD_SA with ESP.
 *
 * @param name its name in the configuration
 * @param integrity {@link IntegrityAlgorithm#NONE} exactly with an AEAD
 * @param keyExchange present for perfect forward secrecy (a key exchange in CREATE_CHILD_SA)
 * @param additional further key exchanges in their order (RFC 9370), only with a first one
 * @param esn true for 64-bit sequence numbers (RFC 4303 section 2.2.1)
 */
public record EspProposal(
    String name,
    EncryptionAlgorithm encryption,
    IntegrityAlgorithm integrity,
    Optional<KeyExchangeMethod> keyExchange,
    List<KeyExchangeMethod> additional,
    boolean esn) {

  /** With one key exchange, or none. */
  public EspProposal(
      String name,
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      Optional<KeyExchangeMethod> keyExchange,
      boolean esn) {
    this(name, encryption, integrity, keyExchange, List.of(), esn);
  }

  public EspProposal {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(keyExchange, "keyExchange");
    if (keyExchange.isEmpty() && !additional.isEmpty()) {
      throw new IllegalArgumentException(
          "proposal '" + name + "': an additional key exchange needs a first one; set dh-group");
    }
    if (keyExchange.isPresent()) {
      additional = KeyExchanges.checked(name, keyExchange.get(), additional);
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

  /** In the words of strongSwan, such as {@code aes256gcm16-ecp384-esn}. */
  public String keywords() {
    String middle = encryption.aead() ? "" : "-" + integrity.keyword();
    String group = keyExchange.map(k -> "-" + k.keyword()).orElse("");
    String more = KeyExchanges.keywords(additional);
    return encryption.keyword() + middle + group + more + (esn ? "-esn" : "-noesn");
  }
}
