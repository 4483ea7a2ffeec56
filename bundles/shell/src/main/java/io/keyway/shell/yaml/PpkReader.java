package io.keyway.shell.yaml;

import io.keyway.api.ike.PpkSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code ppk} and {@code ppk-required}. */
final class PpkReader {
  static final List<String> KEYS = List.of("ppk", "ppk-required");
  private static final int LONGEST_ID = 255;

  private PpkReader() {}

  /** Empty after a complaint. */
  static Optional<PpkSettings> read(Fields fields) {
    List<PpkSettings.Ppk> keys = new ArrayList<>();
    boolean[] wrong = {false};
    fields
        .items("ppk")
        .forEach(item -> key(item).ifPresentOrElse(keys::add, () -> wrong[0] = true));
    boolean required = fields.flag("ppk-required", false);
    if (required && !fields.has("ppk")) {
      fields.get("ppk-required").orElseThrow().problem("a PPK is required, but none is named");
      return Optional.empty();
    }
    if (keys.stream().map(PpkSettings.Ppk::id).distinct().count() < keys.size()) {
      fields.get("ppk").orElseThrow().problem("the same id stands here twice");
      return Optional.empty();
    }
    return wrong[0] ? Optional.empty() : Optional.of(new PpkSettings(keys, required));
  }

  private static Optional<PpkSettings.Ppk> key(Value item) {
    Fields fields = Fields.of(item, List.of("id", "secret"));
    Optional<String> id = fields.required("id");
    if (id.isPresent()
        && (id.get().length() > LONGEST_ID || !id.get().matches("[!-)+-~]*\\*?[!-)+-~]*"))) {
      fields
          .get("id")
          .orElseThrow()
          .problem("an id has 1 to 255 printable ASCII characters, and one * at most");
      return Optional.empty();
    }
    if (!fields.has("secret")) {
      item.problem("'secret' is missing: the name of the key in the secret store");
      return Optional.empty();
    }
    Optional<String> secret = fields.peerSecretName("secret");
    return id.isEmpty() || id.get().isEmpty() || secret.isEmpty()
        ? Optional.empty()
        : Optional.of(new PpkSettings.Ppk(id.get(), secret.get()));
  }
}
