package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.CertificateSettings.Revocation;
import io.keyway.api.ike.Identity;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads {@code authentication}. A key that stands in the file goes to the secret store under a name
 * made from the entry's; the intent only ever holds that name.
 */
final class AuthenticationReader {

  private static final List<String> KEYS =
      List.of(
          "method",
          "remote-method",
          "local-id",
          "remote-id",
          "secret",
          "pre-shared-key",
          "certificate",
          "private-key",
          "ca-certificate",
          "revocation",
          "revocation-host",
          "signature");
  private static final List<String> LATER = List.of("eap-identity", "eap-secret");
  private static final List<String> OURS = List.of("certificate", "private-key");
  private static final List<String> THEIRS = List.of("ca-certificate", "revocation-host");
  private static final List<String> KEY = List.of("secret", "pre-shared-key");
  private static final Map<String, Optional<Method>> METHODS =
      Map.of(
          "pre-shared-key", Optional.of(Method.PRE_SHARED_KEY),
          "certificate", Optional.of(Method.CERTIFICATE),
          "eap", Optional.empty());

  private final Map<String, String> inlineKeys;

  /** Inline keys are added to {@code inlineKeys}: secret name to text as it stands in the file. */
  AuthenticationReader(Map<String, String> inlineKeys) {
    this.inlineKeys = inlineKeys;
  }

  Optional<Authentication> read(Value value, String secretName) {
    Fields fields = Fields.of(value, Stream.concat(KEYS.stream(), LATER.stream()).toList());
    Optional<Method> local = method(fields, "method", Optional.of(Method.PRE_SHARED_KEY));
    Optional<Method> remote = method(fields, "remote-method", local);
    if (local.isEmpty() || remote.isEmpty()) {
      return Optional.empty();
    }
    boolean key = local.get() == Method.PRE_SHARED_KEY || remote.get() == Method.PRE_SHARED_KEY;
    if (misplaced(fields, LATER, true)
        || misplaced(fields, OURS, local.get() != Method.CERTIFICATE)
        || misplaced(fields, THEIRS, remote.get() != Method.CERTIFICATE)
        || misplaced(fields, KEY, !key)) {
      return Optional.empty();
    }
    Optional<String> secret = key ? secret(fields, secretName) : Optional.of("");
    Optional<String> certificate = Optional.of("");
    if (local.get() == Method.CERTIFICATE) {
      certificate = fields.name("certificate");
    }
    if (secret.isEmpty() || certificate.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Authentication(
            local.get(),
            remote.get(),
            identity(fields, "local-id"),
            identity(fields, "remote-id"),
            secret.get(),
            new CertificateSettings(
                certificate.get(),
                fields.optionalName("private-key").orElse(certificate.get()),
                texts(fields, "ca-certificate"),
                fields
                    .choice("revocation", Revocation.class, r -> r.name().toLowerCase(Locale.ROOT))
                    .orElse(Revocation.RELAXED),
                texts(fields, "revocation-host").stream()
                    .map(host -> host.toLowerCase(Locale.ROOT))
                    .toList(),
                texts(fields, "signature"))));
  }

  private static Optional<Method> method(Fields fields, String key, Optional<Method> absent) {
    if (!fields.has(key)) {
      return absent;
    }
    Optional<Optional<Method>> word = fields.choice(key, METHODS);
    if (word.isPresent() && word.get().isEmpty()) {
      fields
          .get(key)
          .orElseThrow()
          .problem("only pre-shared-key and certificate are supported so far; EAP is not yet");
    }
    return word.flatMap(m -> m);
  }

  private static boolean misplaced(Fields fields, List<String> keys, boolean unwanted) {
    boolean found = false;
    for (String key : keys) {
      if (unwanted && fields.has(key)) {
        fields.get(key).orElseThrow().problem("'" + key + "' does not go with these methods");
        found = true;
      }
    }
    return found;
  }

  /** One or several; complaints name the place. */
  private static List<String> texts(Fields fields, String key) {
    return fields.items(key).flatMap(item -> item.text().stream()).toList();
  }

  /** The name of the key in the store, where an inline one goes. */
  private Optional<String> secret(Fields fields, String secretName) {
    Optional<String> inline = fields.text("pre-shared-key");
    Optional<String> named = fields.optionalName("secret");
    if (fields.has("pre-shared-key") && fields.has("secret")) {
      fields.value().problem("'pre-shared-key' and 'secret' exclude each other; keep one");
      return Optional.empty();
    }
    if (!fields.has("pre-shared-key") && !fields.has("secret")) {
      fields.value().problem("'secret' is missing: the name of the key in the secret store");
      return Optional.empty();
    }
    if (inline.isEmpty()) {
      return named;
    }
    Optional<String> wrong = SecretText.problem(inline.get());
    if (wrong.isPresent()) {
      fields.get("pre-shared-key").orElseThrow().problem(wrong.get());
      return Optional.empty();
    }
    inlineKeys.put(secretName, inline.get());
    return Optional.of(secretName);
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
