package io.keyway.api.ike;

import java.util.Objects;
import java.util.Optional;

/**
 * Sending peers to another gateway (RFC 5685).
 *
 * @param follow as initiator, whether we go where the peer sends us
 * @param to as responder, where peers that come are sent: an address, or a domain name
 */
public record Redirection(boolean follow, Optional<String> to) {
  public static final Redirection DEFAULT = new Redirection(true, Optional.empty());

  public Redirection {
    Objects.requireNonNull(to, "to");
  }
}
