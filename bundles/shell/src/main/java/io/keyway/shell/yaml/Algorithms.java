package io.keyway.shell.yaml;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import java.util.Optional;

/** Algorithm keys that IKE and ESP proposals share. */
final class Algorithms {

  private Algorithms() {}

  static Optional<EncryptionAlgorithm> encryption(Fields fields) {
    complainOfMissing(fields, "encryption");
    return fields.choice("encryption", EncryptionAlgorithm.class, EncryptionAlgorithm::modelName);
  }

  /** {@code none} when absent: whether that goes with the cipher is the proposal's question. */
  static Optional<IntegrityAlgorithm> integrity(Fields fields) {
    if (!fields.has("integrity")) {
      return Optional.of(IntegrityAlgorithm.NONE);
    }
    return fields.choice("integrity", IntegrityAlgorithm.class, IntegrityAlgorithm::modelName);
  }

  static Optional<KeyExchangeMethod> group(Fields fields) {
    return fields.choice("dh-group", KeyExchangeMethod.class, KeyExchangeMethod::keyword);
  }

  static void complainOfMissing(Fields fields, String key) {
    if (!fields.has(key)) {
      fields.value().problem("'" + key + "' is missing");
    }
  }
}
