package io.keyway.api.ike;

import java.util.Objects;
import java.util.Optional;

/**
 * How both sides prove who they are; not necessarily in the same way.
 *
 * @param method how we prove it
 * @param remoteMethod how the peer must prove it
 * @param localId what we say we are; empty stands for the local address
 * @param remoteId what the peer must say it is; empty stands for its address, or anything when the
 *     address is not configured either
 * @param secret pre-shared key, by its name in the secret store; empty when neither side uses one
 * @param certificates what goes with certificates on either side
 */
public record Authentication(
    Method method,
    Method remoteMethod,
    Optional<Identity> localId,
    Optional<Identity> remoteId,
    String secret,
    CertificateSettings certificates) {

  /** Methods of the northbound model. */
  public enum Method {
    PRE_SHARED_KEY,
    CERTIFICATE
  }

  public Authentication {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(remoteMethod, "remoteMethod");
    Objects.requireNonNull(localId, "localId");
    Objects.requireNonNull(remoteId, "remoteId");
    Objects.requireNonNull(secret, "secret");
    Objects.requireNonNull(certificates, "certificates");
  }

  /** The same method on both sides, without certificates. */
  public Authentication(
      Method method, Optional<Identity> localId, Optional<Identity> remoteId, String secret) {
    this(method, method, localId, remoteId, secret, CertificateSettings.NONE);
  }

  /** Whether either side uses this method. */
  public boolean uses(Method one) {
    return method == one || remoteMethod == one;
  }
}
