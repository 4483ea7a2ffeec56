package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads {@code authentication}. A key that stands in the file goes to the secret store under a name
 * made from the entry's; the intent only ever holds that name.
 */
final class AuthenticationReader {

  private static final List<String> KEYS =
      List.of("method", "local-id", "remote-id", "secret", "pre-shared-key");
  private static final List<String> LATER =
      List.of("certificate", "private-key", "ca-certificate", "eap-identity", "eap-secret");

  private final Map<String, String> inlineKeys;

  /** Inline keys are added to {@code inlineKeys}: secret name to text as it stands in the file. */
  AuthenticationReader(Map<String, String> inlineKeys) {
    this.inlineKeys = inlineKeys;
  }

  Optional<Authentication> read(Value value, String secretName) {
    Fields fields = Fields.of(value, Stream.concat(KEYS.stream(), LATER.stream()).toList());
    Optional<Boolean> supported =
        fields.choice("method", Map.of("pre-shared-key", true, "certificate", false, "eap", false));
    if (supported.isPresent() && !supported.get()) {
      fields
          .get("method")
          .orElseThrow()
          .problem("only pre-shared-key is supported so far; certificates and EAP are not yet");
      return Optional.empty();
    }
    for (String key : LATER) {
      if (fields.has(key)) {
        value.atKey(key).problem("does not go with the method pre-shared-key");
        return Optional.empty();
      }
    }
    Optional<String> inline = fields.text("pre-shared-key");
    Optional<String> named = fields.optionalName("secret");
    if (fields.has("pre-shared-key") && fields.has("secret")) {
      value.problem("'pre-shared-key' and 'secret' exclude each other; keep one");
      return Optional.empty();
    }
    if (!fields.has("pre-shared-key") && !fields.has("secret")) {
      value.problem("'secret' is missing: the name of the key in the secret store");
      return Optional.empty();
    }
    if (inline.isPresent()) {
      Optional<String> wrong = SecretText.problem(inline.get());
      if (wrong.isPresent()) {
        fields.get("pre-shared-key").orElseThrow().problem(wrong.get());
        return Optional.empty();
      }
      inlineKeys.put(secretName, inline.get());
    } else if (named.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Authentication(
            Authentication.Method.PRE_SHARED_KEY,
            identity(fields, "local-id"),
            identity(fields, "remote-id"),
            inline.isPresent() ? secretName : named.orElseThrow()));
  }

  private static Optional<Identity> identity(Fields fields, String key) {
    return fields
        .text(key)
        .flatMap(
            text -> {
              try {
                return Optional.of(Identity.parse(text));
              } catch (IllegalArgumentException e) {
                fields.get(key).orElseThrow().problem(e.getMessage());
                return Optional.empty();
              }
            });
  }
}
