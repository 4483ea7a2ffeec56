package io.keyway.ike.engine.sa;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.ike.engine.auth.AuthSession;
import java.util.Optional;

/** Which side of an IKE SA can do what a connection demands of both. */
final class Rounds {
  private Rounds() {}

  /** The initiator is the peer of EAP, always; why a connection only takes what comes. */
  static Optional<String> onlyResponds(ConnectionConfig config) {
    Authentication how = config.authentication();
    return how.remoteRounds().stream().anyMatch(AuthSession::isEap) && !isEapOnly(how)
        ? Optional.of(
            "connection '"
                + config.name()
                + "' wants EAP of the peer, which only who initiates can do; wait for the peer")
        : Optional.empty();
  }

  /** Why this IKE SA cannot go on as initiator. */
  static Optional<String> cannotInitiate(IkeSa sa) {
    Optional<String> never = onlyResponds(sa.config());
    Authentication how = sa.config().authentication();
    boolean several = how.localRounds().size() > 1 || how.remoteRounds().size() > 1;
    return never.isEmpty() && several && !sa.handshake().peerTakesRounds
        ? Optional.of(
            "peer "
                + sa.path().peer()
                + " does not take several rounds of authentication (RFC 4739); configure one")
        : never;
  }

  /** Why a connection cannot take a peer's first message. */
  static Optional<String> cannotRespond(ConnectionConfig config) {
    Authentication how = config.authentication();
    return how.localRounds().stream().anyMatch(AuthSession::isEap) && !isEapOnly(how)
        ? Optional.of(
            "we prove ourselves by EAP in connection '"
                + config.name()
                + "', which only who initiates can do")
        : Optional.empty();
  }

  static boolean isEapOnly(Authentication how) {
    return AuthSession.isEap(how.localRounds().get(0))
        && AuthSession.isEap(how.remoteRounds().get(0));
  }
}
