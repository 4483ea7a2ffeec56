package io.keyway.ike.engine.lab;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.ike.Identity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Ways to prove who one is, for {@link Config#authentication}. */
public final class Proofs {
  private Proofs() {}

  /** As peer of EAP, with a password of the store; accepts all methods if none is named. */
  public static EapSettings user(String name, String secret, Type... methods) {
    return new EapSettings(List.of(methods), Optional.of(name), secret, Map.of(), false);
  }

  /** As server of EAP that asks who comes; users with the names of their passwords. */
  public static EapSettings users(Map<String, String> users, Type... methods) {
    return new EapSettings(List.of(methods), Optional.of(EapSettings.ASK), "", users, false);
  }

  /** We use EAP, the peer the shared key. */
  public static UnaryOperator<Authentication> eapPeer(EapSettings settings) {
    return a -> methods(a, Method.EAP, Method.PRE_SHARED_KEY).withEap(settings);
  }

  /** We use the shared key, the peer EAP. */
  public static UnaryOperator<Authentication> eapServer(EapSettings settings) {
    return a -> methods(a, Method.PRE_SHARED_KEY, Method.EAP).withEap(settings);
  }

  /** Certificates of {@link Certificates} on both sides. */
  public static UnaryOperator<Authentication> certificates() {
    return a ->
        new Authentication(
            Method.CERTIFICATE,
            Method.CERTIFICATE,
            a.localId(),
            a.remoteId(),
            "",
            new CertificateSettings(
                "own",
                "own-key",
                List.of("root"),
                CertificateSettings.Revocation.RELAXED,
                List.of(),
                List.of()));
  }

  /** Nothing but EAP. */
  public static UnaryOperator<Authentication> eapOnly(EapSettings settings) {
    return a -> methods(a, Method.EAP, Method.EAP).withEap(settings);
  }

  /** MSCHAPv2 alone is good enough. */
  public static EapSettings passwordOnly(EapSettings s) {
    return new EapSettings(s.methods(), s.identity(), s.secret(), s.users(), true);
  }

  /** These methods, and the rest as it was. */
  public static Authentication methods(Authentication a, Method ours, Method theirs) {
    return new Authentication(
        ours, theirs, a.localId(), a.remoteId(), a.secret(), a.certificates());
  }

  /** A further round with a shared key of the store. */
  public static AuthenticationRound key(String identity, String secret) {
    return round(Method.PRE_SHARED_KEY, identity, secret, EapSettings.NONE);
  }

  /** A further round with EAP. */
  public static AuthenticationRound eap(String identity, EapSettings settings) {
    return round(Method.EAP, identity, "", settings);
  }

  private static AuthenticationRound round(
      Method method, String identity, String secret, EapSettings settings) {
    return new AuthenticationRound(
        method,
        Optional.ofNullable(identity).map(Identity::parse),
        secret,
        CertificateSettings.NONE,
        settings);
  }
}
