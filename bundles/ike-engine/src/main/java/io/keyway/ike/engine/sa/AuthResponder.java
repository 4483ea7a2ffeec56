package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.auth.AuthSession;
import io.keyway.ike.engine.auth.Claim;
import io.keyway.ike.engine.auth.Evidence;
import io.keyway.ike.engine.auth.Proof;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers IKE_AUTH by whatever method (RFC 7296 sections 1.2 and 2.15). */
final class AuthResponder {
  private final IkeSa sa;
  private final IkeMessage request;

  AuthResponder(IkeSa sa, IkeMessage request) {
    this.sa = sa;
    this.request = request;
  }

  CompletableFuture<Reply> reply() {
    IdPayload idI = id(true).orElse(null);
    if (idI == null) {
      return CompletableFuture.completedFuture(
          Reply.notification(NotifyType.INVALID_SYNTAX)
              .then(() -> sa.life().end("the peer sent no identity in IKE_AUTH")));
    }
    Optional<Identity> peer = Identities.fromWire(idI);
    if (peer.isEmpty()) {
      return refuse("peer names itself by ID type " + idI.idType() + ", which is not supported");
    }
    Optional<Identity> askedForUs = id(false).flatMap(Identities::fromWire);
    Optional<Connection> matched = match(peer.get(), askedForUs);
    if (matched.isEmpty()) {
      return refuse(
          "no connection expects a peer '"
              + peer.get()
              + "'"
              + askedForUs.map(us -> " that looks for '" + us + "'").orElse("")
              + " with "
              + sa.crypto().proposal().keywords()
              + "; check local-id, remote-id and IKE policy of the gateway");
    }
    sa.setConnection(matched.get());
    AuthPayload auth = request.first(AuthPayload.class).orElse(null);
    if (auth == null) {
      return refuse(
          "peer '" + peer.get() + "' wants to authenticate by EAP, which is not configured for it");
    }
    AuthSession session = sa.ctx().authenticators().session(sa.config().authentication());
    Evidence evidence =
        new Evidence(
            sa.crypto().prf(),
            sa.handshake().ofInitiator(sa.crypto(), idI),
            peer.get(),
            auth,
            request.all(CertificatePayload.class),
            sa.path().peer());
    // The peer first: our own proof leaves only to who proved who it is.
    return sa.home(
            session.verify(evidence),
            problem -> Outcome.unavailable("the peer's proof could not be checked: " + problem))
        .thenCompose(
            outcome ->
                sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : outcome.done() ? prove(session, peer.get()) : refuse(outcome.reason()))
        .whenComplete((reply, error) -> session.close());
  }

  private Optional<IdPayload> id(boolean initiator) {
    return request.all(IdPayload.class).stream()
        .filter(i -> i.initiator() == initiator)
        .findFirst();
  }

  /** By identities, and by the IKE proposal that was chosen before these were known. */
  private Optional<Connection> match(Identity peer, Optional<Identity> askedForUs) {
    return sa.candidates().expecting(peer).stream()
        .filter(c -> Identities.matches(c.config(), peer, askedForUs))
        .filter(c -> IkeProposals.allows(c.config().proposals(), sa.crypto().proposal()))
        .findFirst();
  }

  private CompletableFuture<Reply> prove(AuthSession session, Identity peer) {
    Identity us = Identities.local(sa.config());
    IdPayload idR = Identities.toWire(false, us);
    Claim claim =
        new Claim(
            sa.crypto().prf(),
            sa.handshake().ofResponder(sa.crypto(), idR),
            us,
            sa.handshake().peerHashes);
    return sa.home(
            session.prove(claim), problem -> Result.<Proof>failed(Outcome.unavailable(problem)))
        .thenCompose(
            result ->
                sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : result.done()
                        ? establish(us, peer, idR, result.value().get())
                        : refuse(result.outcome().reason()));
  }

  private CompletableFuture<Reply> establish(
      Identity us, Identity peer, IdPayload idR, Proof proof) {
    Handshake handshake = sa.handshake();
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idR);
    payloads.addAll(proof.certificates());
    payloads.add(proof.auth());
    byte[] ni = handshake.initiatorNonce;
    byte[] nr = handshake.responderNonce;
    sa.setIdentities(us, peer);
    sa.life().establish(false);
    if (request.has(NotifyType.INITIAL_CONTACT)) {
      Forgotten.all(sa, peer);
    }
    return ChildCreateResponder.inAuth(sa, request, ni, nr)
        .payloads()
        .thenApply(
            child -> {
              payloads.addAll(child);
              return Reply.of(payloads);
            });
  }

  private CompletableFuture<Reply> refuse(String reason) {
    sa.ctx().counters().count("ike-authentication-failures");
    sa.ctx().counters().count(CounterNames.failure(NotifyType.AUTHENTICATION_FAILED));
    IkeLog.IKE.warn(sa, "authentication refused: {}", reason);
    sa.ctx()
        .events()
        .publish(
            new EngineEvent.AuthenticationFailed(sa.connection().name(), sa.path().peer(), reason));
    return CompletableFuture.completedFuture(
        Reply.notification(NotifyType.AUTHENTICATION_FAILED).then(() -> sa.life().end(reason)));
  }
}
