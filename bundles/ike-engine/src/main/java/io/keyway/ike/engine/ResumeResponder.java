package io.keyway.ike.engine;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.engine.resume.OpenedTicket;
import io.keyway.ike.engine.resume.OpenedTicket.Why;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.engine.resume.Terms;
import io.keyway.ike.engine.sa.Candidates;
import io.keyway.ike.engine.sa.Connection;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.ResumedSa;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * The stateless part of IKE_SESSION_RESUME as responder (RFC 5723 section 4.3.2). Under load a
 * cookie comes first, as with IKE_SA_INIT; a puzzle does not, since a ticket that is good shows
 * more than its solution would, and costs less than a key exchange.
 */
final class ResumeResponder {
  private final EngineContext ctx;
  private final Connections connections;
  private final FloodGate gate;

  ResumeResponder(EngineContext ctx, Connections connections, FloodGate gate) {
    this.ctx = ctx;
    this.connections = connections;
    this.gate = gate;
  }

  /**
   * What is answered without that anything is kept.
   *
   * @param problem for the log; empty when there is none
   */
  record Answer(List<Payload> payloads, String problem) {}

  /**
   * Runs on the worker of the stripe that the IKE SA would have.
   *
   * @param configured where the connection listens, also when the message came to the port for NAT
   *     traversal
   * @return empty when the message was dropped, or an IKE SA answered it
   */
  Optional<Answer> request(
      Datagram datagram, IkeMessage request, InetSocketAddress configured, long stripe) {
    NoncePayload nonce = request.first(NoncePayload.class).orElse(null);
    Octets ticket =
        request
            .notification(NotifyType.TICKET_OPAQUE)
            .map(NotifyPayload::data)
            .orElse(Octets.EMPTY);
    if (nonce == null || ticket.isEmpty()) {
      ctx.counters().count("ike-dropped-malformed");
      ctx.counters().count(CounterNames.failure(NotifyType.INVALID_SYNTAX));
      return answer(NotifyType.INVALID_SYNTAX, "it lacks a Nonce or TICKET_OPAQUE");
    }
    FloodGate.Verdict verdict = gate.judge(request, Optional.empty(), nonce, datagram.remote());
    if (verdict instanceof FloodGate.Verdict.Asked asked) {
      return Optional.of(new Answer(asked.payloads(), ""));
    }
    if (!(verdict instanceof FloodGate.Verdict.Admitted)) {
      return Optional.empty();
    }
    Optional<Candidates> candidates =
        connections.candidates(configured, datagram.remote().getAddress());
    Optional<String> elsewhere = candidates.flatMap(Candidates::redirect);
    if (elsewhere.isPresent() && RedirectNotify.isSupportedBy(request)) {
      ctx.counters().count("ike-redirects-sent");
      Payload redirect = RedirectNotify.to(elsewhere.get(), nonce.nonce().toArray());
      return Optional.of(new Answer(List.of(redirect), ""));
    }
    OpenedTicket opened = ctx.recovery().tickets().open(ticket);
    if (opened instanceof OpenedTicket.Refused refused) {
      return refuse(refused.why(), "");
    }
    Session session = ((OpenedTicket.Good) opened).session();
    Optional<Connection> connection =
        candidates.flatMap(c -> permitted(c.expecting(session.initiator()), session));
    Optional<IkeProposal> proposal =
        connection.flatMap(
            c ->
                c.config().proposals().stream()
                    .filter(p -> p.keywords().equals(session.proposal()))
                    .findFirst());
    if (proposal.isEmpty()) {
      session.close();
      return refuse(
          Why.NOT_PERMITTED,
          " (connection '" + session.connection() + "', peer '" + session.peer() + "')");
    }
    ResumedSa.open(
        ctx, connection.get(), datagram, request, session, proposal.get(), nonce, stripe);
    return Optional.empty();
  }

  /** The connection that the ticket names, if it would take the peer as before. */
  private static Optional<Connection> permitted(List<Connection> expecting, Session session) {
    return expecting.stream()
        .filter(c -> c.name().equals(session.connection()))
        .filter(c -> isAsBefore(c.config(), session))
        .findFirst();
  }

  private static boolean isAsBefore(ConnectionConfig config, Session session) {
    return config.options().recovery().resumption().enabled()
        && session.terms().equals(Terms.of(config.authentication()))
        && session.responder().equals(Identities.local(config))
        && Identities.expects(config, session.initiator())
        && (!config.authentication().ppk().required() || !session.ppkId().isEmpty());
  }

  private Optional<Answer> refuse(Why why, String more) {
    ctx.counters().count("ike-tickets-refused");
    ctx.counters().count(why.counter());
    return answer(NotifyType.TICKET_NACK, "the ticket is not taken: " + why.words() + more);
  }

  private static Optional<Answer> answer(int type, String problem) {
    return Optional.of(new Answer(List.of(NotifyPayload.of(type)), problem));
  }
}
