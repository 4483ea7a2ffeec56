package io.keyway.shell.yaml;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

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

  /** The key exchanges after the first one, in their order (RFC 9370); none when absent. */
  static List<KeyExchangeMethod> additional(Fields fields) {
    List<KeyExchangeMethod> methods = new ArrayList<>();
    for (Value item : fields.items("additional-key-exchange").toList()) {
      Optional<String> name = item.text();
      Optional<KeyExchangeMethod> method = name.flatMap(KeyExchangeMethod::ofKeyword);
      if (name.isPresent() && method.isEmpty()) {
        item.problem(
            "'"
                + name.get()
                + "' is no key exchange method; write one of "
                + Arrays.stream(KeyExchangeMethod.values())
                    .map(KeyExchangeMethod::keyword)
                    .collect(Collectors.joining(", ")));
      }
      method.ifPresent(methods::add);
    }
    return methods;
  }

  static void complainOfMissing(Fields fields, String key) {
    if (!fields.has(key)) {
      fields.value().problem("'" + key + "' is missing");
    }
  }
}
