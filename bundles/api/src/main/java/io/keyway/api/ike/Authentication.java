package io.keyway.api.ike;

import java.util.Objects;
import java.util.Optional;

/**
 * How both sides prove who they are.
 *
 * @param method only pre-shared keys for now
 * @param localId what we say we are; empty stands for the local address
 * @param remoteId what the peer must say it is; empty stands for its address, or anything when the
 *     address is not configured either
 * @param secret name in the secret store
 */
public record Authentication(
    Method method, Optional<Identity> localId, Optional<Identity> remoteId, String secret) {

  /** Methods of the northbound model. */
  public enum Method {
    PRE_SHARED_KEY
  }

  public Authentication {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(localId, "localId");
    Objects.requireNonNull(remoteId, "remoteId");
    Objects.requireNonNull(secret, "secret");
  }
}
