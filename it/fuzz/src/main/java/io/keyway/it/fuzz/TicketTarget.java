package io.keyway.it.fuzz;

import io.keyway.ike.engine.resume.OpenedTicket;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.engine.resume.SessionFormat;
import io.keyway.ike.engine.resume.Tickets;
import io.keyway.ike.message.Octets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tickets of session resumption. With an even first octet what somebody presents that has none:
 * nothing of it opens. With an odd one what could be inside of a ticket, as of another version or
 * from a state store that was damaged: it is a session or none, and the same once it was written
 * and read again; sealed, it opens unless it has expired.
 */
public final class TicketTarget {
  private static final Tickets TICKETS = new Tickets("fuzz", new SecureRandom(), Clock.systemUTC());

  private TicketTarget() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(data, 1, data.length);
    if (data[0] % 2 == 0) {
      Wire.require(
          TICKETS.open(Octets.copyOf(rest)) instanceof OpenedTicket.Refused,
          "a ticket that nobody granted");
      return;
    }
    Optional<Session> read = SessionFormat.read(rest);
    if (read.isEmpty()) {
      return;
    }
    try (Session session = read.get()) {
      Optional<byte[]> written = SessionFormat.write(session);
      if (written.isEmpty()) {
        return; // Longer than a ticket may be.
      }
      try (Session again = SessionFormat.read(written.get()).orElseThrow()) {
        Wire.require(again.equals(session), "a session that is another one when it is read again");
      }
      Optional<Octets> ticket = TICKETS.seal(session);
      if (ticket.isPresent() && TICKETS.open(ticket.get()) instanceof OpenedTicket.Good good) {
        try (Session opened = good.session()) {
          Wire.require(opened.equals(session), "a ticket with another session inside");
        }
      }
    }
  }
}
