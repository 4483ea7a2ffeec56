package io.keyway.ike.engine.resume;

import io.keyway.ike.message.Octets;

/**
 * A ticket that a gateway gave us, with what belongs to it. Whoever holds it owns the session.
 *
 * @param ticket opaque to us
 * @param session ours; it expires when the gateway said
 */
public record HeldTicket(Octets ticket, Session session) implements AutoCloseable {

  /** Wipes SK_d. */
  @Override
  public void close() {
    session.close();
  }

  /** Never the ticket, which is half of what it takes. */
  @Override
  public String toString() {
    return "HeldTicket[" + ticket.length() + " octets, " + session + "]";
  }
}
