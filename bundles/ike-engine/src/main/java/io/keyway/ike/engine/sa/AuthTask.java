package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EngineEvent;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.resume.Standing;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * IKE_AUTH as initiator (RFC 7296 sections 1.2, 2.15 and 2.16), by whatever method and in as many
 * messages as it takes. The tasks behind it add to the first request, and see the last response.
 */
final class AuthTask implements Task {
  /** EAP has limits of its own; this one is for peers that answer without end. */
  private static final int MOST_MESSAGES = 100;

  private final String firstChild;
  private InitiatorAuth auth;
  private List<Payload> certificateRequests = List.of();
  private Optional<String> problem = Optional.empty();
  private int messages;

  /** The peer says in its first response that it knows of no other IKE SA with us. */
  private boolean initialContact;

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
    Optional<String> cannot = Rounds.cannotInitiate(sa);
    if (cannot.isPresent()) {
      return CompletableFuture.completedFuture(Outcome.refused(cannot.get()));
    }
    auth = new InitiatorAuth(sa);
    CompletableFuture<List<Payload>> requests =
        sa.home(auth.session().requests(), unknown -> List.of());
    return auth.begin()
        .thenCombine(
            requests,
            (outcome, wanted) -> {
              certificateRequests = wanted;
              if (sa.isDead()) {
                auth.close();
              }
              return outcome;
            });
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    if (++messages == 1) {
      buildFirst(sa, request);
    } else {
      request.addAll(auth.payloads());
    }
    if (request.stream().anyMatch(AuthPayload.class::isInstance)) {
      // With EAP that is the last request (RFC 6290 section 4.2).
      request.addAll(sa.crash().offer());
    }
  }

  private void buildFirst(IkeSa sa, List<Payload> request) {
    List<Payload> own = new ArrayList<>(auth.payloads());
    request.add(own.remove(0));
    request.addAll(certificateRequests);
    sa.config()
        .authentication()
        .remoteId()
        .ifPresent(id -> request.add(Identities.toWire(false, id)));
    if (UniquePolicy.announces(sa)) {
      request.add(NotifyPayload.of(NotifyType.INITIAL_CONTACT));
    }
    sa.mobike().offer(request);
    sa.tickets().ask(request);
    if (auth.session().isEapOnly()) {
      request.add(NotifyPayload.of(NotifyType.EAP_ONLY_AUTHENTICATION));
    }
    if (auth.session().hasFurtherRounds()) {
      request.add(NotifyPayload.of(NotifyType.MULTIPLE_AUTH_SUPPORTED));
    }
    request.addAll(own);
  }

  @Override
  public CompletableFuture<Void> examine(IkeSa sa, IkeMessage response) {
    return auth.isRefusedBy(response)
        ? NOTHING
        : auth.take(response).thenAccept(found -> problem = found);
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    if (auth.isRefusedBy(response)) {
      int error = response.error().map(NotifyPayload::type).orElseThrow();
      String reason = auth.eapRefusal().orElseGet(() -> Reasons.authRefused(sa, error));
      auth.close();
      if (error == NotifyType.AUTHENTICATION_FAILED) {
        authenticationFailed(sa, reason);
      }
      sa.life().end(reason);
      return Step.ENDED;
    }
    if (problem.isPresent()) {
      return auth.isRefused() ? ended(sa, problem.get()) : reject(sa, problem.get());
    }
    initialContact |= messages == 1 && UniquePolicy.isInitialContact(sa, response);
    if (!auth.isDone()) {
      return messages < MOST_MESSAGES ? Step.ALONE : reject(sa, "the peer's IKE_AUTH does not end");
    }
    auth.close();
    sa.crash().take(response);
    sa.setIdentities(auth.localId(), auth.remoteId());
    sa.tickets().proved(auth.localId(), auth.remoteId(), Standing.NONE);
    sa.mobike().agreed(response);
    AuthLifetime.heed(sa, response);
    sa.life().establish(false);
    if (initialContact) {
      Forgotten.all(sa, auth.remoteId());
    }
    sa.tickets().take(response);
    sa.wishes().askForTheRest(firstChild);
    return Step.DONE;
  }

  private Step ended(IkeSa sa, String reason) {
    auth.close();
    authenticationFailed(sa, reason);
    sa.life().end(reason);
    return Step.ENDED;
  }

  /** The peer takes us for authenticated, so it is told (RFC 7296 section 2.21.2). */
  private Step reject(IkeSa sa, String reason) {
    auth.close();
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
    if (auth != null) {
      auth.close();
    }
    sa.life().end(why.reason());
  }
}
