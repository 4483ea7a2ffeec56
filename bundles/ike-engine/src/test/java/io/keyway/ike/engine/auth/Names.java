package io.keyway.ike.engine.auth;

import io.keyway.api.ike.Identity;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** What a certificate says who it is, for tests in other places. */
public final class Names {
  private Names() {}

  /** Everybody that it vouches for. */
  public static List<Identity> of(X509Certificate certificate) {
    return NameCheck.names(certificate);
  }

  /** Why it is not this one's; empty when it is. */
  public static Optional<String> problem(X509Certificate certificate, Identity identity) {
    return NameCheck.problem(certificate, identity);
  }
}
