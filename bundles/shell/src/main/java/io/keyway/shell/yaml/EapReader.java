package io.keyway.shell.yaml;

import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the keys of EAP, of the first round or a further one. */
final class EapReader {

  static final List<String> KEYS =
      List.of("eap-method", "eap-identity", "eap-secret", "eap-user", "eap-password-only");
  private static final List<String> OURS = List.of("eap-secret");
  private static final List<String> THEIRS = List.of("eap-user");
  private static final List<String> BOTH = List.of("eap-password-only");

  private EapReader() {}

  /**
   * Empty after a complaint.
   *
   * @param peer whether we use EAP
   * @param server whether the other side does
   */
  static Optional<EapSettings> read(Fields fields, boolean peer, boolean server) {
    if (AuthenticationReader.misplaced(fields, KEYS, !peer && !server)
        || AuthenticationReader.misplaced(fields, OURS, !peer)
        || AuthenticationReader.misplaced(fields, THEIRS, !server)
        || AuthenticationReader.misplaced(fields, BOTH, !peer || !server)) {
      return Optional.empty();
    }
    List<Type> methods = new ArrayList<>();
    fields
        .items("eap-method")
        .forEach(
            item -> {
              Optional<Type> type = item.text().flatMap(Type::ofKeyword);
              if (type.isEmpty()) {
                item.problem("no method of EAP; mschapv2, md5 and tls are");
              }
              type.ifPresent(methods::add);
            });
    Map<String, String> users = new LinkedHashMap<>();
    fields
        .items("eap-user")
        .forEach(
            item -> {
              Fields user = Fields.of(item, List.of("name", "secret"));
              Optional<String> name = user.required("name");
              Optional<String> secret = user.name("secret");
              if (name.isPresent() && users.containsKey(name.get())) {
                item.problem("user '" + name.get() + "' is there twice");
              }
              name.ifPresent(n -> secret.ifPresent(s -> users.put(n, s)));
            });
    return Optional.of(
        new EapSettings(
            methods,
            fields.text("eap-identity"),
            fields.optionalName("eap-secret").orElse(""),
            users,
            fields.flag("eap-password-only", false)));
  }
}
