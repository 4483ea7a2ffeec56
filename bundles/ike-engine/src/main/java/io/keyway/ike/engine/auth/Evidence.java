package io.keyway.ike.engine.auth;

import io.keyway.api.ike.Identity;
import io.keyway.ike.crypto.Prf;
import io.keyway.ike.crypto.SignedOctets;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import java.util.List;

/**
 * What the peer sent to prove who it is.
 *
 * @param prf of the IKE SA
 * @param octets what its AUTH covers
 * @param identity in its ID payload, already the one that we expect
 * @param certificates in their order
 * @param address of the peer, for reasons
 */
public record Evidence(
    Prf prf,
    SignedOctets octets,
    Identity identity,
    AuthPayload auth,
    List<CertificatePayload> certificates,
    String address) {
  public Evidence {
    certificates = List.copyOf(certificates);
  }
}
