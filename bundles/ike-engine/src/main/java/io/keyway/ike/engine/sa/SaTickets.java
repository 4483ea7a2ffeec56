package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.resume.HeldTicket;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.engine.resume.Standing;
import io.keyway.ike.engine.resume.Terms;
import io.keyway.ike.engine.resume.Tickets;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Tickets of session resumption (RFC 5723) on one IKE SA. Who began the first IKE SA is the client:
 * it asks, in IKE_AUTH, after each rekey, and before its ticket ends. The other one grants, as far
 * as it is configured to. What is ended on purpose cannot be resumed: the client drops its ticket,
 * and the gateway takes none of that IKE SA any more.
 */
final class SaTickets {
  /** For less it is not worth the octets. */
  private static final Duration SHORTEST = Duration.ofSeconds(60);

  /** Part of a ticket's life after which the client asks for another one. */
  private static final double EARLY = 0.8;

  /** When a gateway that cannot grant at once is asked again. */
  private static final Duration LATER = Duration.ofSeconds(60);

  /** After a rekey: the gateway that started it has to have our answer first. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final IkeSa sa;
  private Optional<Identity> said = Optional.empty();
  private Optional<Identity> proved = Optional.empty();
  private Standing standing = Standing.NONE;
  private boolean resumed;
  private boolean asked;
  private boolean lost;
  private Optional<Instant> grantedUntil = Optional.empty();
  private Worker.Timer refresh = Worker.Timer.NONE;

  SaTickets(IkeSa sa) {
    this.sa = sa;
  }

  private ConnectionConfig.Resumption settings() {
    return sa.config().options().recovery().resumption();
  }

  /** Both sides proved who they are. */
  void proved(Identity initiatorSaid, Identity peer, Standing credentials) {
    said = Optional.of(initiatorSaid);
    proved = Optional.of(peer);
    standing = credentials;
  }

  /** As {@link #proved}, once more with a ticket. */
  void resumed(Session session) {
    resumed = true;
    proved(session.initiator(), session.peer(), session.standing());
    sa.age().resumed(session.authenticated());
    sa.touch();
  }

  /** What a rekey's successor takes over. */
  void inherit(SaTickets before) {
    said = before.said;
    proved = before.proved;
    standing = before.standing;
    resumed = before.resumed;
    grantedUntil = before.grantedUntil;
    before.refresh.cancel();
  }

  IkeSaStatus.Resumption status() {
    Optional<Instant> held = sa.ctx().recovery().shelf().until(sa.connection().name(), sa.uid());
    return new IkeSaStatus.Resumption(resumed, held.or(() -> grantedUntil));
  }

  // --- client -------------------------------------------------------------------------------

  /** In IKE_AUTH. */
  void ask(List<Payload> request) {
    if (settings().enabled() && sa.age().isOurs()) {
      request.add(NotifyPayload.of(NotifyType.TICKET_REQUEST));
    }
  }

  /** After a rekey: a ticket of the successor's keys takes the place of the one there is. */
  void askAnew() {
    if (settings().enabled()
        && sa.age().isOurs()
        && sa.ctx().recovery().shelf().until(sa.connection().name(), sa.uid()).isPresent()) {
      again(SOON);
    }
  }

  /** The answer to a request with TICKET_REQUEST, on an IKE SA that is established. */
  void take(IkeMessage response) {
    if (!settings().enabled() || !sa.age().isOurs() || !sa.state().isEstablished()) {
      return;
    }
    // Whatever was lost before, this IKE SA takes its place.
    sa.ctx().recovery().shelf().dropLost(sa.connection().name());
    Optional<NotifyPayload> granted = response.notification(NotifyType.TICKET_LT_OPAQUE);
    if (granted.isPresent() && granted.get().data().length() > 4) {
      keep(granted.get().data());
    } else if (response.has(NotifyType.TICKET_ACK)) {
      again(LATER);
    } else if (response.has(NotifyType.TICKET_NACK)) {
      IkeLog.IKE.info(sa, "the peer grants no ticket for session resumption");
      sa.ctx().counters().count("ike-tickets-not-granted");
    }
  }

  private void keep(Octets data) {
    byte[] octets = data.toArray();
    Duration lifetime = Duration.ofSeconds(Octets.copyOf(octets, 0, 4).toInt() & 0xffff_ffffL);
    if (lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
      return;
    }
    Instant now = sa.ctx().clock().instant();
    Session session =
        session(said.orElseThrow(), proved.orElseThrow(), Standing.NONE, now.plus(lifetime));
    sa.ctx()
        .recovery()
        .shelf()
        .put(new HeldTicket(Octets.copyOf(octets, 4, octets.length - 4), session));
    sa.ctx().counters().count("ike-tickets-received");
    IkeLog.IKE.info(
        sa, "the peer granted a ticket for session resumption, for {} s", lifetime.toSeconds());
    again(Duration.ofMillis((long) (lifetime.toMillis() * EARLY * sa.ctx().spread())));
    sa.touch();
  }

  private void again(Duration delay) {
    refresh.cancel();
    refresh =
        sa.after(
            delay,
            () -> {
              if (sa.state().isEstablished() && settings().enabled()) {
                sa.requests().enqueue(Exchange.informational(new TicketTask()));
              }
            });
  }

  private Session session(
      Identity initiator, Identity responder, Standing credentials, Instant expires) {
    return new Session(
        sa.uid(),
        sa.connection().name(),
        sa.crypto().proposal().keywords(),
        initiator,
        responder,
        proved.orElseThrow(),
        sa.crypto().ppkId(),
        Terms.of(sa.config().authentication()),
        credentials,
        sa.age().since(),
        expires,
        sa.crypto().keys().skD().copy());
  }

  // --- gateway ------------------------------------------------------------------------------

  /** A message of IKE_AUTH; the last one's answer brings the ticket. */
  void heed(IkeMessage request) {
    asked |= request.has(NotifyType.TICKET_REQUEST);
  }

  /** Answers TICKET_REQUEST in another exchange than IKE_AUTH. */
  void grant(IkeMessage request, List<Payload> reply) {
    heed(request);
    grant(reply);
  }

  /** Grants what was asked for; says so when it is not granted. */
  void grant(List<Payload> reply) {
    if (!asked || !settings().enabled() || sa.age().isOurs() || !sa.state().isEstablished()) {
      asked = false;
      return;
    }
    asked = false;
    Duration lifetime = lifetime();
    Optional<Octets> ticket =
        lifetime.compareTo(SHORTEST) < 0 ? Optional.empty() : ticket(lifetime);
    if (ticket.isEmpty()) {
      sa.ctx().counters().count("ike-tickets-not-granted");
      reply.add(NotifyPayload.of(NotifyType.TICKET_NACK));
      return;
    }
    byte[] opaque = ticket.get().toArray();
    byte[] data = new byte[4 + opaque.length];
    System.arraycopy(Octets.ofInt((int) lifetime.toSeconds()).toArray(), 0, data, 0, 4);
    System.arraycopy(opaque, 0, data, 4, opaque.length);
    reply.add(NotifyPayload.of(NotifyType.TICKET_LT_OPAQUE, Octets.copyOf(data)));
    sa.ctx().counters().count("ike-tickets-granted");
    sa.touch();
  }

  private Optional<Octets> ticket(Duration lifetime) {
    if (said.isEmpty() || sa.localId().isEmpty() || standing.equals(Standing.UNTOLD)) {
      return Optional.empty();
    }
    Instant expires = sa.ctx().clock().instant().plus(lifetime);
    try (Session session = session(said.get(), sa.localId().get(), standing, expires)) {
      Optional<Octets> ticket = sa.ctx().recovery().tickets().seal(session);
      if (ticket.isPresent()) {
        grantedUntil = Optional.of(expires);
      }
      return ticket;
    }
  }

  /** No longer than the IKE SA itself, or than authentication holds (RFC 5723 section 6.2). */
  private Duration lifetime() {
    Duration lifetime = settings().ticketLifetime();
    ConnectionConfig.Timers timers = sa.config().timers();
    if (timers.rekey().toSeconds() > 0 && timers.rekey().compareTo(lifetime) < 0) {
      lifetime = timers.rekey();
    }
    if (timers.reauth().toSeconds() > 0) {
      Duration over = Duration.between(sa.age().since(), sa.ctx().clock().instant());
      Duration left = timers.reauth().minus(over);
      lifetime = left.compareTo(lifetime) < 0 ? left : lifetime;
    }
    return lifetime.compareTo(Tickets.LONGEST_LIFETIME) > 0 ? Tickets.LONGEST_LIFETIME : lifetime;
  }

  // --- the end ------------------------------------------------------------------------------

  /** The IKE SA is about to end because the peer is away, or lost it: it may be resumed. */
  void lost() {
    lost = true;
    sa.ctx().recovery().shelf().lost(sa.connection().name(), sa.uid());
  }

  /** It ended, or is about to, and somebody wanted that, unless it was lost. */
  void ended() {
    refresh.cancel();
    if (lost) {
      return;
    }
    sa.ctx().recovery().shelf().drop(sa.connection().name(), sa.uid());
    grantedUntil.ifPresent(until -> sa.ctx().recovery().tickets().spend(sa.uid(), until));
  }
}
