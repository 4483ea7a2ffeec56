package io.keyway.api.ike;

import java.util.Objects;
import java.util.Optional;

/**
 * One proof of one side; there may be several of them (RFC 4739).
 *
 * @param method how it is done
 * @param identity who is proved: of our side absent stands for our address, of the peer's for
 *     anybody
 * @param secret pre-shared key, by its name in the secret store; empty with other methods
 * @param certificates what goes with a certificate
 * @param eap what goes with EAP
 */
public record AuthenticationRound(
    Authentication.Method method,
    Optional<Identity> identity,
    String secret,
    CertificateSettings certificates,
    EapSettings eap) {

  public AuthenticationRound {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(secret, "secret");
    Objects.requireNonNull(certificates, "certificates");
    Objects.requireNonNull(eap, "eap");
  }
}
