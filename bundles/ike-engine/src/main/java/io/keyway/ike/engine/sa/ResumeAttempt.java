package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.resume.HeldTicket;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.engine.resume.Terms;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import java.util.List;
import java.util.Optional;

/**
 * An attempt to resume a lost IKE SA with a ticket (RFC 5723 section 4.3), as initiator. It may
 * fail in many ways, all of which anybody on the path can cause: then the same attempt goes on with
 * IKE_SA_INIT, which is what there would be without tickets, so that a forger wins nothing.
 */
final class ResumeAttempt implements AutoCloseable {
  /** Then it is tried with IKE_SA_INIT: the gateway may know nothing of resumption any more. */
  private static final int TRANSMISSIONS = 3;

  private final IkeSa sa;
  private final HeldTicket held;
  private final IkeProposal proposal;
  private final ResumeTask task;
  private boolean closed;

  private ResumeAttempt(IkeSa sa, HeldTicket held, IkeProposal proposal) {
    this.sa = sa;
    this.held = held;
    this.proposal = proposal;
    this.task = new ResumeTask(this);
  }

  /** How a new IKE SA begins: with the connection's ticket if there is one that is of use. */
  static Exchange first(IkeSa sa) {
    Optional<HeldTicket> held = sa.ctx().recovery().shelf().take(sa.connection().name());
    if (held.isPresent()) {
      Optional<IkeProposal> proposal = permitted(sa.config(), held.get().session());
      if (proposal.isPresent()) {
        ResumeAttempt attempt = new ResumeAttempt(sa, held.get(), proposal.get());
        sa.handshake().resuming = attempt;
        return Exchange.of(ExchangeType.IKE_SESSION_RESUME, attempt.task);
      }
      IkeLog.IKE.info(sa, "the configuration changed: its ticket is not used");
      sa.ctx().recovery().shelf().spent(held.get());
    }
    return Exchange.of(ExchangeType.IKE_SA_INIT, new InitTask());
  }

  /** With what algorithms, if nothing of the configuration speaks against it. */
  private static Optional<IkeProposal> permitted(ConnectionConfig config, Session session) {
    boolean same =
        config.options().recovery().resumption().enabled()
            && session.terms().equals(Terms.of(config.authentication()))
            && session.initiator().equals(Identities.local(config))
            && Identities.expects(config, session.responder());
    return same ? proposal(config, session) : Optional.empty();
  }

  /** What was agreed on before, as far as it is still configured. */
  static Optional<IkeProposal> proposal(ConnectionConfig config, Session session) {
    return config.proposals().stream()
        .filter(p -> p.keywords().equals(session.proposal()))
        .findFirst();
  }

  HeldTicket held() {
    return held;
  }

  Session session() {
    return held.session();
  }

  IkeProposal proposal() {
    return proposal;
  }

  // --- answers ------------------------------------------------------------------------------

  /** A response of exchange type IKE_SESSION_RESUME that names our SPI; nothing in it is proved. */
  static void receive(IkeSa sa, Datagram datagram, IkeHeader header) {
    ResumeAttempt attempt = sa.handshake().resuming;
    if (attempt == null
        || sa.isDead()
        || sa.state() != IkeSa.State.CONNECTING
        || !sa.requests().awaits(header)) {
      sa.ctx().counters().count("ike-dropped-responses");
      return;
    }
    DecodeResult<IkeMessage> clear = MessageDecoder.message(datagram.octets());
    if (!(clear instanceof DecodeResult.Decoded<IkeMessage> decoded)) {
      sa.ctx().counters().count("ike-dropped-malformed");
      return;
    }
    attempt.task.received(datagram.octets());
    sa.requests().process(decoded.value());
  }

  /** Says what a refusal means. */
  static String refusal(IkeMessage answer) {
    if (answer.has(NotifyType.TICKET_NACK)) {
      return "the peer does not take the ticket";
    }
    return answer
        .error()
        .map(NotifyPayload::type)
        .map(type -> "the peer answered " + NotifyType.name(type))
        .orElse("the peer's answer lacks a nonce or its SPI");
  }

  // --- the way back -------------------------------------------------------------------------

  /** How often a request is sent before it counts as unanswered. */
  static int transmissions(IkeSa sa) {
    int usual = sa.ctx().settings().transmissions();
    return isTried(sa) ? Math.min(TRANSMISSIONS, usual) : usual;
  }

  private static boolean isTried(IkeSa sa) {
    return sa.handshake().resuming != null && sa.state() == IkeSa.State.CONNECTING;
  }

  /** The last transmission of a request was not answered in time. */
  static void peerDoesNotAnswer(IkeSa sa, String progress) {
    if (!isTried(sa)) {
      sa.life().peerDoesNotAnswer(progress);
      return;
    }
    sa.handshake().resuming.fallBack("no answer: " + progress);
  }

  /** Goes on with IKE_SA_INIT, on an IKE SA of its own, for the same children. */
  Task.Step fallBack(String why) {
    sa.ctx().counters().count("ike-resumptions-given-up");
    IkeLog.IKE.info(sa, "not resumed, {}; going on with IKE_SA_INIT", why);
    List<ChildWish> wishes = sa.wishes().take();
    AssignedAddresses had = sa.addresses().assigned();
    IkeSa fresh =
        Initiation.newSa(
            sa.ctx(),
            sa.connection(),
            sa.path().local().getAddress(),
            sa.path().remote().getAddress());
    fresh.addresses().wish(had);
    sa.connection().add(fresh);
    fresh.execute(
        () -> {
          fresh.wishes().adopt(wishes);
          fresh.requests().enqueue(Exchange.of(ExchangeType.IKE_SA_INIT, new InitTask()));
        });
    sa.setSuccessor(fresh);
    sa.life().end("not resumed, " + why);
    return Task.Step.ENDED;
  }

  /** The gateway took the ticket, or refused it: nobody can use it again. */
  void spent() {
    if (!closed) {
      closed = true;
      sa.ctx().recovery().shelf().spent(held);
    }
  }

  /** Idempotent. A ticket that nobody looked at can be used again. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      sa.ctx().recovery().shelf().giveBack(held);
    }
  }
}
