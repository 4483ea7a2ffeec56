package io.keyway.ike.engine.auth;

import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import java.util.List;

/**
 * What we send to prove who we are.
 *
 * @param certificates ours first
 */
public record Proof(AuthPayload auth, List<CertificatePayload> certificates) {
  public Proof {
    certificates = List.copyOf(certificates);
  }
}
