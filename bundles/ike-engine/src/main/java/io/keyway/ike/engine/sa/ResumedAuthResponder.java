package io.keyway.ike.engine.sa;

import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.crypto.ResumeAuth;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.resume.OpenedTicket.Why;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers IKE_AUTH of an IKE SA that is resumed (RFC 5723 section 4.3.3). Only who knows SK_d of
 * before comes through, and only the first who does: a ticket that was seen on the wire is of no
 * use to who saw it, and cannot be spent by it either.
 */
final class ResumedAuthResponder {
  private final IkeSa sa;
  private final IkeMessage request;
  private final Session session;

  ResumedAuthResponder(IkeSa sa, IkeMessage request) {
    this.sa = sa;
    this.request = request;
    this.session = sa.handshake().resumed;
  }

  CompletableFuture<Reply> reply() {
    AuthPayload auth = request.first(AuthPayload.class).orElse(null);
    Optional<IdPayload> idI = id(true);
    Optional<IdPayload> idR = id(false);
    if (auth == null || idI.isEmpty()) {
      return refuse("IDi or AUTH is missing", Optional.empty());
    }
    byte[] expected =
        ResumeAuth.compute(
            sa.crypto().prf(),
            sa.crypto().keys().skPi(),
            sa.handshake().ofInitiator(sa.crypto(), idI.get()));
    if (auth.method() != AuthMethod.SHARED_KEY
        || !PskAuth.matches(expected, auth.data().toArray())) {
      return refuse("its AUTH is not what the ticket stands for", Optional.empty());
    }
    boolean same =
        Identities.fromWire(idI.get()).filter(session.initiator()::equals).isPresent()
            && idR.flatMap(Identities::fromWire).map(session.responder()::equals).orElse(true);
    if (!same || request.first(CertificatePayload.class).isPresent()) {
      return refuse("its identities are not those of the ticket", Optional.empty());
    }
    return sa.home(
            sa.ctx()
                .authenticators()
                .stands(sa.config().authentication(), session.initiator(), session.standing()),
            problem -> false)
        .thenCompose(
            stands ->
                sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : stands ? resume() : refuse(Why.WITHDRAWN));
  }

  private Optional<IdPayload> id(boolean initiator) {
    return request.all(IdPayload.class).stream()
        .filter(id -> id.initiator() == initiator)
        .findFirst();
  }

  private CompletableFuture<Reply> resume() {
    sa.setIdentities(session.responder(), session.peer());
    Optional<String> notUnique = UniquePolicy.refusal(sa, session.peer(), request);
    if (notUnique.isPresent()) {
      return refuse(notUnique.get(), Optional.empty());
    }
    if (!sa.ctx().recovery().tickets().spend(session.uid(), session.expires())) {
      return refuse(Why.SPENT);
    }
    IdPayload idR = Identities.toWire(false, session.responder());
    byte[] proof =
        ResumeAuth.compute(
            sa.crypto().prf(),
            sa.crypto().keys().skPr(),
            sa.handshake().ofResponder(sa.crypto(), idR));
    List<Payload> reply = new ArrayList<>();
    reply.add(idR);
    reply.add(new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(proof)));
    sa.crash().take(request);
    sa.tickets().resumed(session);
    sa.tickets().heed(request);
    sa.ctx().counters().count("ike-resumed-responder");
    // Before the first child, as with INITIAL_CONTACT: the peer has lost what it resumes.
    sa.ctx().directory().byUid(session.uid()).ifPresent(before -> Forgotten.one(sa, before));
    return EstablishedAsResponder.answer(sa, request, session.peer(), reply);
  }

  private CompletableFuture<Reply> refuse(Why why) {
    return refuse(why.words(), Optional.of(why.counter()));
  }

  /** The peer goes on with IKE_SA_INIT then. */
  private CompletableFuture<Reply> refuse(String reason, Optional<String> counter) {
    sa.ctx().counters().count(counter.orElse("ike-tickets-refused-auth"));
    sa.ctx().counters().count(CounterNames.failure(NotifyType.AUTHENTICATION_FAILED));
    IkeLog.IKE.warn(sa, "not resumed: {}", reason);
    return CompletableFuture.completedFuture(
        Reply.notification(NotifyType.AUTHENTICATION_FAILED)
            .then(() -> sa.life().end("not resumed: " + reason)));
  }
}
