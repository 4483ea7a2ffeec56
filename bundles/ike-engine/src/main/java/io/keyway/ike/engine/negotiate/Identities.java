package io.keyway.ike.engine.negotiate;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IdentityPattern;
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

  /** The one identity that the peer must have; empty: one of many, or anything. */
  public static Optional<Identity> remote(ConnectionConfig config) {
    return config.authentication().remotePattern().isPresent()
        ? Optional.empty()
        : config.authentication().remoteId().or(() -> config.remoteAddress().map(Identity::of));
  }

  /** Whether a connection is meant for a peer of this identity. */
  public static boolean expects(ConnectionConfig config, Identity peer) {
    return remote(config).map(peer::equals).orElse(true)
        && config.authentication().remotePattern().map(many -> many.matches(peer)).orElse(true);
  }

  /** Whom a connection expects, for people. */
  public static String expected(ConnectionConfig config) {
    return remote(config)
        .map(Identity::toString)
        .or(() -> config.authentication().remotePattern().map(IdentityPattern::toString))
        .orElse("anything");
  }

  /** Whether a connection is meant for a peer with these identities. */
  public static boolean matches(
      ConnectionConfig config, Identity peer, Optional<Identity> askedForUs) {
    return expects(config, peer) && askedForUs.map(local(config)::equals).orElse(true);
  }
}
