package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;

/**
 * A COOKIE2, which only who receives at an address can repeat (RFC 4555 section 3.7): a peer that
 * names somebody else's address as its own could foresee the rest of an answer.
 */
record RouteCookie(Octets data) {
  private static final int LENGTH = 16;

  static RouteCookie make(EngineContext ctx) {
    byte[] octets = new byte[LENGTH];
    ctx.random().nextBytes(octets);
    return new RouteCookie(Octets.copyOf(octets));
  }

  NotifyPayload payload() {
    return NotifyPayload.of(NotifyType.COOKIE2, data);
  }

  boolean isIn(IkeMessage response) {
    return response.notification(NotifyType.COOKIE2).filter(n -> n.data().equals(data)).isPresent();
  }

  /** Whoever answered does not receive there: the IKE SA ends. */
  static void end(IkeSa sa) {
    sa.ctx().counters().count("mobike-route-checks-failed");
    IkeLog.IKE.warn(sa, "peer {} did not repeat COOKIE2", sa.path().peer());
    sa.life().endPolitely("peer " + sa.path().peer() + " failed the return routability check");
  }
}
