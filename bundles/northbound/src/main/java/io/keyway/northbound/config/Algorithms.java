package io.keyway.northbound.config;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Algorithms by the model's names. The schema lets no others pass. */
final class Algorithms {

  private Algorithms() {}

  static EncryptionAlgorithm encryption(Tree tree) throws InvalidEntryException {
    return find("encryption", tree.mandatory("encryption"), EncryptionAlgorithm::ofModelName);
  }

  static IntegrityAlgorithm integrity(Tree tree) throws InvalidEntryException {
    return find(
        "integrity", tree.text("integrity").orElse("none"), IntegrityAlgorithm::ofModelName);
  }

  static PrfAlgorithm prf(Tree tree) throws InvalidEntryException {
    return find("prf", tree.mandatory("prf"), PrfAlgorithm::ofModelName);
  }

  static KeyExchangeMethod keyExchange(String name) throws InvalidEntryException {
    return find("dh-group", name, KeyExchangeMethod::ofKeyword);
  }

  /** The key exchanges after the first one, in their order (RFC 9370). */
  static List<KeyExchangeMethod> additional(Tree tree) throws InvalidEntryException {
    List<KeyExchangeMethod> methods = new ArrayList<>();
    for (String name : tree.leafList("additional-key-exchange")) {
      methods.add(find("additional-key-exchange", name, KeyExchangeMethod::ofKeyword));
    }
    return methods;
  }

  static List<String> names(List<KeyExchangeMethod> methods) {
    return methods.stream().map(KeyExchangeMethod::keyword).toList();
  }

  private static <T> T find(String leaf, String name, Function<String, Optional<T>> by)
      throws InvalidEntryException {
    return by.apply(name)
        .orElseThrow(
            () -> new InvalidEntryException(leaf, "'" + name + "' is not an algorithm we have"));
  }
}
