package io.keyway.northbound.config;

import io.keyway.api.ike.PpkSettings;
import java.util.ArrayList;
import java.util.List;

/** Post-quantum pre-shared keys of grouping {@code authentication}. */
final class PpkMapper {
  private PpkMapper() {}

  static PpkSettings read(Tree tree) throws InvalidEntryException {
    List<PpkSettings.Ppk> keys = new ArrayList<>();
    for (Tree key : tree.list("ppk")) {
      keys.add(new PpkSettings.Ppk(key.mandatory("id"), key.mandatory("secret")));
    }
    boolean required = tree.flag("ppk-required", false);
    if (required && keys.isEmpty()) {
      throw new InvalidEntryException(
          "ppk-required",
          "a PPK is required, but none is named; put one into the secret store (operation"
              + " put-secret, kind ppk) and add it to the list ppk");
    }
    return new PpkSettings(keys, required);
  }

  static void write(PpkSettings settings, Tree tree) {
    tree.list(
        "ppk",
        settings.keys().stream()
            .map(key -> new Tree().leaf("id", key.id()).leaf("secret", key.secret()))
            .toList());
    if (settings.required()) {
      tree.leaf("ppk-required", true);
    }
  }
}
