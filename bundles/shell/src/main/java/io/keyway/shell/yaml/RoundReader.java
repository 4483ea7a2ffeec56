package io.keyway.shell.yaml;

import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.EapSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code local-round} and {@code remote-round}: what is proved after the first round. */
final class RoundReader {

  private static final List<String> KEYS =
      List.of("method", "id", "secret", "certificate", "private-key", "ca-certificate");
  private static final List<String> CERTIFICATE =
      List.of("certificate", "private-key", "ca-certificate");

  private RoundReader() {}

  /**
   * In the order of the file.
   *
   * @param ours whether we prove
   * @param first what the first round has to say of the peer's certificates
   */
  static List<AuthenticationRound> read(
      Fields authentication, String key, boolean ours, CertificateSettings first) {
    List<AuthenticationRound> rounds = new ArrayList<>();
    authentication.items(key).forEach(item -> round(item, ours, first).ifPresent(rounds::add));
    return rounds;
  }

  private static Optional<AuthenticationRound> round(
      Value value, boolean ours, CertificateSettings first) {
    Fields fields =
        Fields.of(value, Stream.concat(KEYS.stream(), EapReader.KEYS.stream()).toList());
    Optional<Method> method = AuthenticationReader.method(fields, "method", Optional.empty());
    if (method.isEmpty()) {
      if (!fields.has("method")) {
        value.problem("'method' is missing");
      }
      return Optional.empty();
    }
    boolean key = method.get() == Method.PRE_SHARED_KEY;
    boolean certificate = method.get() == Method.CERTIFICATE;
    boolean eap = method.get() == Method.EAP;
    Optional<String> secret = key ? fields.name("secret") : Optional.of("");
    Optional<String> own = certificate && ours ? fields.name("certificate") : Optional.of("");
    Optional<EapSettings> settings = EapReader.read(fields, ours && eap, !ours && eap);
    if (AuthenticationReader.misplaced(fields, List.of("secret"), !key)
        || AuthenticationReader.misplaced(fields, CERTIFICATE, !certificate)
        || secret.isEmpty()
        || own.isEmpty()
        || settings.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new AuthenticationRound(
            method.get(),
            AuthenticationReader.identity(fields, "id"),
            secret.get(),
            certificate
                ? new CertificateSettings(
                    own.get(),
                    fields.optionalName("private-key").orElse(own.get()),
                    AuthenticationReader.texts(fields, "ca-certificate"),
                    first.revocation(),
                    first.revocationHosts(),
                    first.signatures())
                : CertificateSettings.NONE,
            settings.get()));
  }
}
