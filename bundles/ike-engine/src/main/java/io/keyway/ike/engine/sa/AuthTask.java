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
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** IKE_AUTH as initiator (RFC 7296 sections 1.2 and 2.15), by whatever method. */
final class AuthTask implements Task {
  private final String firstChild;
  private AuthSession session;
  private IdPayload idI;
  private Identity localId;
  private Proof proof;
  private List<Payload> certificateRequests = List.of();
  private Outcome verdict;

  /** With the name of the child that the same exchange makes. */
  AuthTask(String firstChild) {
    this.firstChild = firstChild;
  }

  @Override
  public boolean takesTime() {
    return true;
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    session = sa.ctx().authenticators().session(sa.config().authentication());
    localId = Identities.local(sa.config());
    idI = Identities.toWire(true, localId);
    Claim claim =
        new Claim(
            sa.crypto().prf(),
            sa.handshake().ofInitiator(sa.crypto(), idI),
            localId,
            sa.handshake().peerHashes);
    CompletableFuture<Result<Proof>> proved =
        session
            .prove(claim)
            .thenCombine(
                session.requests(),
                (result, requests) -> {
                  certificateRequests = requests;
                  return result;
                });
    return sa.home(proved, problem -> Result.<Proof>failed(Outcome.unavailable(problem)))
        .thenApply(
            result -> {
              result.value().ifPresent(value -> proof = value);
              if (sa.isDead()) {
                session.close();
              }
              return result.outcome();
            });
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.add(idI);
    request.addAll(proof.certificates());
    request.addAll(certificateRequests);
    sa.config()
        .authentication()
        .remoteId()
        .ifPresent(id -> request.add(Identities.toWire(false, id)));
    boolean onlyOne = sa.connection().sas().stream().noneMatch(o -> o.state().isEstablished());
    if (onlyOne) {
      request.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    }
    request.add(proof.auth());
  }

  private static IdPayload idR(IkeMessage response) {
    return response.all(IdPayload.class).stream()
        .filter(i -> !i.initiator())
        .findFirst()
        .orElse(null);
  }

  @Override
  public CompletableFuture<Void> examine(IkeSa sa, IkeMessage response) {
    IdPayload idR = idR(response);
    AuthPayload auth = response.first(AuthPayload.class).orElse(null);
    Optional<Identity> claimed = Optional.ofNullable(idR).flatMap(Identities::fromWire);
    if (auth == null || claimed.isEmpty() || wrongName(sa, claimed.get())) {
      return Task.NOTHING;
    }
    Evidence evidence =
        new Evidence(
            sa.crypto().prf(),
            sa.handshake().ofResponder(sa.crypto(), idR),
            claimed.get(),
            auth,
            response.all(CertificatePayload.class),
            sa.path().peer());
    return sa.home(
            session.verify(evidence),
            problem -> Outcome.unavailable("the peer's proof could not be checked: " + problem))
        .thenAccept(outcome -> verdict = outcome);
  }

  private static boolean wrongName(IkeSa sa, Identity claimed) {
    return Identities.remote(sa.config()).filter(wanted -> !wanted.equals(claimed)).isPresent();
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    IdPayload idR = idR(response);
    if (idR == null || response.first(AuthPayload.class).isEmpty()) {
      session.close();
      int error = response.error().map(NotifyPayload::type).orElse(NotifyType.INVALID_SYNTAX);
      String reason =
          response.error().isPresent()
              ? Reasons.authRefused(sa, error)
              : "peer " + sa.path().peer() + " left out its identity or AUTH in IKE_AUTH";
      if (error == NotifyType.AUTHENTICATION_FAILED) {
        authenticationFailed(sa, reason);
      }
      sa.life().end(reason);
      return Step.ENDED;
    }
    Optional<Identity> claimed = Identities.fromWire(idR);
    Optional<Identity> wanted = Identities.remote(sa.config());
    if (claimed.isEmpty() || wrongName(sa, claimed.get())) {
      String name = claimed.map(Identity::toString).orElse("(ID type " + idR.idType() + ")");
      return reject(
          sa,
          "authentication failed: peer "
              + sa.path().peer()
              + " calls itself '"
              + name
              + "', we expect '"
              + wanted.map(Identity::toString).orElse("anything")
              + "'; check remote-id here or local-id there");
    }
    if (!verdict.done()) {
      return reject(sa, verdict.reason());
    }
    session.close();
    sa.setIdentities(localId, claimed.get());
    sa.life().establish(false);
    sa.wishes().askForTheRest(firstChild);
    return Step.DONE;
  }

  /** The peer takes us for authenticated, so it is told (RFC 7296 section 2.21.2). */
  private Step reject(IkeSa sa, String reason) {
    session.close();
    authenticationFailed(sa, reason);
    sa.setState(IkeSa.State.DELETING);
    sa.wishes().failAll(Outcome.refused(reason));
    sa.requests()
        .enqueueFirst(
            Exchange.informational(new IkeDeleteTask(reason, NotifyType.AUTHENTICATION_FAILED)));
    return Step.ENDED;
  }

  private static void authenticationFailed(IkeSa sa, String reason) {
    sa.ctx().counters().count("ike-authentication-failures");
    sa.ctx().counters().count(CounterNames.failure(NotifyType.AUTHENTICATION_FAILED));
    IkeLog.IKE.warn(sa, "{}", reason);
    sa.ctx()
        .events()
        .publish(
            new EngineEvent.AuthenticationFailed(sa.connection().name(), sa.path().peer(), reason));
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    if (session != null) {
      session.close();
    }
    sa.life().end(why.reason());
  }
}
