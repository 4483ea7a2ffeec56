package io.keyway.ike.engine.sa;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When the peers proved last who they are, and who has to do it anew (RFC 7296 section 2.8.3). */
final class AuthenticationAge {
  private boolean ours;
  private Optional<Instant> since = Optional.empty();
  private Optional<Duration> told = Optional.empty();
  private volatile boolean replaced;

  /** With {@code ours} it is on us: we made the first IKE SA. */
  AuthenticationAge(boolean ours) {
    this.ours = ours;
  }

  /** A rekey proves nothing anew. */
  void inherit(AuthenticationAge predecessor) {
    since = predecessor.since;
    ours = predecessor.ours;
    told = predecessor.told;
  }

  /** It is resumed, which proves nothing anew either. */
  void resumed(Instant authenticated) {
    since = Optional.of(authenticated);
  }

  void established(Instant now) {
    since = since.or(() -> Optional.of(now));
  }

  /** How soon the peer wants us to authenticate anew (RFC 4478). */
  Optional<Duration> told() {
    return told;
  }

  void tell(Duration lifetime) {
    told = Optional.of(lifetime);
  }

  Instant since() {
    return since.orElseThrow();
  }

  boolean isOurs() {
    return ours;
  }

  /** Whether another IKE SA is being made in this one's place; from any thread. */
  boolean isReplaced() {
    return replaced;
  }

  void setReplaced(boolean value) {
    replaced = value;
  }
}
