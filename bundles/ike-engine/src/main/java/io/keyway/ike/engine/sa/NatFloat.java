package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.engine.log.IkeLog;
import java.util.Optional;

/** From port 500 to port 4500 (RFC 7296 section 2.23, RFC 4555 section 3.3). */
final class NatFloat {
  private static final int IKE_PORT = 500;

  private NatFloat() {}

  /** The same hosts on the port for NAT traversal; the reason when it cannot be used. */
  record Floated(Optional<Path> path, String problem) {}

  static Floated of(IkeSa sa) {
    int port = sa.ctx().settings().natPort();
    Path floated = sa.path().onPort(port, port);
    Outcome bound =
        sa.ctx()
            .services()
            .transport()
            .map(t -> t.bind(floated.local(), true))
            .orElse(Outcome.unavailable("waiting for service transport"));
    return bound.done()
        ? new Floated(Optional.of(floated), "")
        : new Floated(Optional.empty(), floated.local() + " cannot be used: " + bound.reason());
  }

  static Optional<Path> path(IkeSa sa) {
    return of(sa).path();
  }

  /**
   * Without a NAT, so that one may come later (RFC 4555 section 3.3). Not from ports that somebody
   * chose, which may lead to another process than 4500 does.
   */
  static void inAdvance(IkeSa sa) {
    boolean usual =
        sa.path().local().getPort() == IKE_PORT && sa.path().remote().getPort() == IKE_PORT;
    if (usual && sa.config().natTraversal() && sa.config().options().mobility().enabled()) {
      Floated floated = of(sa);
      floated.path().ifPresent(sa::setPath);
      if (floated.path().isEmpty()) {
        IkeLog.NET.info(sa, "a NAT that appears later cannot be passed: {}", floated.problem());
      }
    }
  }
}
