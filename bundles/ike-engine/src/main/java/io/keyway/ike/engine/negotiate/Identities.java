package io.keyway.ike.engine.negotiate;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.Octets;
import java.util.Optional;

/** Identities between the wire and the configuration (RFC 7296 section 3.5). */
public final class Identities {
  private Identities() {}

  public static IdPayload toWire(boolean initiator, Identity identity) {
    return new IdPayload(initiator, identity.type().number(), Octets.copyOf(identity.octets()));
  }

  /** Empty for a type that is not known here. */
  public static Optional<Identity> fromWire(IdPayload payload) {
    for (Identity.Type type : Identity.Type.values()) {
      if (type.number() == payload.idType()) {
        return Optional.of(new Identity(type, payload.data().toArray()));
      }
    }
    return Optional.empty();
  }

  /** What we say we are. */
  public static Identity local(ConnectionConfig config) {
    return config.authentication().localId().orElseGet(() -> Identity.of(config.localAddress()));
  }

  /** What the peer must say it is; empty: anything. */
  public static Optional<Identity> remote(ConnectionConfig config) {
    return config.authentication().remoteId().or(() -> config.remoteAddress().map(Identity::of));
  }

  /** Whether a connection is meant for a peer with these identities. */
  public static boolean matches(
      ConnectionConfig config, Identity peer, Optional<Identity> askedForUs) {
    return remote(config).map(peer::equals).orElse(true)
        && askedForUs.map(local(config)::equals).orElse(true);
  }
}
