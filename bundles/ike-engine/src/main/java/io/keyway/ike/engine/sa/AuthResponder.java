package io.keyway.ike.engine.sa;

import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers IKE_AUTH with a pre-shared key (RFC 7296 sections 1.2 and 2.15). */
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
    if (auth == null || auth.method() != AuthMethod.SHARED_KEY) {
      return refuse(
          "peer '"
              + peer.get()
              + "' wants to authenticate by "
              + (auth == null ? "EAP" : AuthMethod.name(auth.method()))
              + ", only pre-shared keys are configured");
    }
    return Secrets.preSharedKey(sa, sa.config().authentication().secret())
        .thenCompose(
            result -> {
              if (!result.done()) {
                return refuse(result.outcome().reason());
              }
              try (SecretBytes psk = result.value().get()) {
                return sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : verify(psk, idI, peer.get(), auth);
              }
            });
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

  private CompletableFuture<Reply> verify(
      SecretBytes psk, IdPayload idI, Identity peer, AuthPayload auth) {
    Handshake handshake = sa.handshake();
    byte[] expected =
        PskAuth.compute(sa.crypto().prf(), psk, sa.handshake().ofInitiator(sa.crypto(), idI));
    if (!PskAuth.matches(expected, auth.data().toArray())) {
      return refuse(Reasons.badPeerAuth(sa.config(), peer.toString(), sa.path().peer()));
    }
    Identity us = Identities.local(sa.config());
    IdPayload idR = Identities.toWire(false, us);
    byte[] ours =
        PskAuth.compute(sa.crypto().prf(), psk, sa.handshake().ofResponder(sa.crypto(), idR));
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idR);
    payloads.add(new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(ours)));
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
    sa.ctx()
        .events()
        .publish(
            new EngineEvent.AuthenticationFailed(sa.connection().name(), sa.path().peer(), reason));
    return CompletableFuture.completedFuture(
        Reply.notification(NotifyType.AUTHENTICATION_FAILED).then(() -> sa.life().end(reason)));
  }
}
