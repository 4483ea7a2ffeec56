package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * Makes sure that the peer receives at its new address before traffic is sent there (RFC 4555
 * section 3.7).
 */
final class RouteCheckTask implements Task {
  private final Path path;
  private RouteCookie cookie;

  RouteCheckTask(Path path) {
    this.path = path;
  }

  @Override
  public Outcome stillDue(IkeSa sa) {
    return path.equals(sa.path()) ? Outcome.ok() : Outcome.absent("the peer moved on");
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    cookie = RouteCookie.make(sa.ctx());
    sa.ctx().counters().count("mobike-route-checks");
    request.add(cookie.payload());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    if (!path.equals(sa.path())) {
      return Step.DONE; // Moved on meanwhile, and another check waits.
    }
    if (cookie.isIn(response)) {
      sa.timers().followSoon();
    } else {
      RouteCookie.end(sa);
    }
    return Step.DONE;
  }
}
