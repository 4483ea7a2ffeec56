package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRules;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.CertificateSettings.Revocation;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IdentityPattern;
import io.keyway.api.ike.PpkSettings;
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
          "signature",
          "local-round",
          "remote-round");
  private static final List<String> OURS = List.of("certificate", "private-key");
  private static final List<String> THEIRS = List.of("ca-certificate");
  private static final List<String> KEY = List.of("secret", "pre-shared-key");
  private static final Map<String, Method> METHODS =
      Map.of(
          "pre-shared-key", Method.PRE_SHARED_KEY,
          "certificate", Method.CERTIFICATE,
          "eap", Method.EAP);

  private final Map<String, String> inlineKeys;

  /** Inline keys are added to {@code inlineKeys}: secret name to text as it stands in the file. */
  AuthenticationReader(Map<String, String> inlineKeys) {
    this.inlineKeys = inlineKeys;
  }

  Optional<Authentication> read(Value value, String secretName) {
    Fields fields =
        Fields.of(
            value, Stream.of(KEYS, PpkReader.KEYS, EapReader.KEYS).flatMap(List::stream).toList());
    Optional<Method> local = method(fields, "method", Optional.of(Method.PRE_SHARED_KEY));
    Optional<Method> remote = method(fields, "remote-method", local);
    if (local.isEmpty() || remote.isEmpty()) {
      return Optional.empty();
    }
    boolean key = local.get() == Method.PRE_SHARED_KEY || remote.get() == Method.PRE_SHARED_KEY;
    boolean tls = fields.has("eap-method") && texts(fields, "eap-method").contains("tls");
    if (misplaced(fields, OURS, local.get() != Method.CERTIFICATE && !tls)
        || misplaced(fields, THEIRS, remote.get() != Method.CERTIFICATE && !tls)
        || misplaced(fields, KEY, !key)) {
      return Optional.empty();
    }
    Optional<String> secret = key ? secret(fields, secretName) : Optional.of("");
    Optional<String> certificate = Optional.of("");
    if (local.get() == Method.CERTIFICATE || tls) {
      certificate = fields.name("certificate");
    }
    Optional<PpkSettings> ppk = PpkReader.read(fields);
    if (secret.isEmpty() || certificate.isEmpty() || ppk.isEmpty()) {
      return Optional.empty();
    }
    CertificateSettings certificates =
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
            texts(fields, "signature"));
    Optional<EapSettings> eap =
        EapReader.read(fields, local.get() == Method.EAP, remote.get() == Method.EAP);
    if (eap.isEmpty()) {
      return Optional.empty();
    }
    boolean many = isPattern(fields, "remote-id");
    Optional<IdentityPattern> peers = many ? pattern(fields) : Optional.empty();
    if (many && peers.isEmpty()) {
      return Optional.empty();
    }
    Authentication how =
        new Authentication(
            local.get(),
            remote.get(),
            identity(fields, "local-id"),
            many ? Optional.empty() : identity(fields, "remote-id"),
            secret.get(),
            certificates,
            eap.get(),
            new Authentication.Extras(peers, ppk.get()),
            RoundReader.read(fields, "local-round", true, certificates),
            RoundReader.read(fields, "remote-round", false, certificates));
    Optional<AuthenticationRules.Problem> problem = AuthenticationRules.problem(how);
    problem.ifPresent(p -> value.problem("'" + p.leaf() + "': " + p.reason()));
    return problem.isPresent() ? Optional.empty() : Optional.of(how);
  }

  static Optional<Method> method(Fields fields, String key, Optional<Method> absent) {
    return fields.has(key) ? fields.choice(key, METHODS) : absent;
  }

  static boolean misplaced(Fields fields, List<String> keys, boolean unwanted) {
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
  static List<String> texts(Fields fields, String key) {
    return fields.items(key).flatMap(item -> item.text().stream()).toList();
  }

  /** The name of the key in the store, where an inline one goes. */
  private Optional<String> secret(Fields fields, String secretName) {
    Optional<String> inline = fields.text("pre-shared-key");
    Optional<String> named = fields.peerSecretName("secret");
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

  private static boolean isPattern(Fields fields, String key) {
    return fields
        .get(key)
        .filter(Value::isScalar)
        .flatMap(Value::text)
        .filter(IdentityPattern::isPattern)
        .isPresent();
  }

  private static Optional<IdentityPattern> pattern(Fields fields) {
    try {
      return fields.text("remote-id").map(IdentityPattern::parse);
    } catch (IllegalArgumentException e) {
      fields.get("remote-id").orElseThrow().problem(e.getMessage());
      return Optional.empty();
    }
  }

  static Optional<Identity> identity(Fields fields, String key) {
    if (isPattern(fields, key)) {
      fields.get(key).orElseThrow().problem("this stands for many; write the one that we have");
      return Optional.empty();
    }
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
