package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.auth.AuthSession;
import io.keyway.ike.engine.eap.EapAnswer;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.engine.eap.EapServer;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One round of the peer by EAP, as responder (RFC 7296 section 2.16). On the SA's worker. */
final class ResponderEap {
  /** Who guesses passwords has to wait. */
  private static final Duration PENALTY = Duration.ofSeconds(1);

  private final IkeSa sa;
  private final EapServer server;
  private final Optional<EapName> ikeName;
  private boolean over;
  private String lastProblem = "";

  /**
   * For one round.
   *
   * @param ikeName the peer's IKE identity as a name; absent when it cannot be one
   */
  ResponderEap(IkeSa sa, AuthSession session, int round, Optional<EapName> ikeName) {
    this.sa = sa;
    this.ikeName = ikeName;
    server = session.eapServer(round, ikeName, sa.ctx().random().nextInt());
  }

  /** Whether EAP succeeded, and AUTH is due. */
  boolean isOver() {
    return over;
  }

  /** Who the peer is by EAP; empty when it is who it is by IKE. */
  Optional<EapName> user() {
    return server.user().filter(user -> ikeName.filter(user::equals).isEmpty());
  }

  CompletableFuture<Optional<String>> begin(List<Payload> reply) {
    return sa.home(server.begin(), ResponderEap::broken)
        .thenCompose(answer -> answered(answer, reply));
  }

  /** A packet of the peer; says what is wrong with it, and adds the answer in any case. */
  CompletableFuture<Optional<String>> take(IkeMessage request, List<Payload> reply) {
    Optional<EapPayload> packet = request.first(EapPayload.class);
    if (packet.isEmpty()) {
      return CompletableFuture.completedFuture(
          Optional.of("the peer left out EAP in IKE_AUTH, which is in the middle of it"));
    }
    return sa.home(server.process(packet.get().packet()), ResponderEap::broken)
        .thenCompose(answer -> answered(answer, reply));
  }

  private static EapAnswer broken(String problem) {
    return new EapAnswer.Failure(Octets.EMPTY, problem, false);
  }

  private CompletableFuture<Optional<String>> answered(EapAnswer answer, List<Payload> reply) {
    if (answer instanceof EapAnswer.Failure failure) {
      sa.ctx().counters().count("ike-eap-failed");
      if (!failure.octets().isEmpty()) {
        reply.add(new EapPayload(failure.octets()));
      }
      Optional<String> reason = Optional.of(failure.reason());
      return failure.guess() ? later(reason) : CompletableFuture.completedFuture(reason);
    }
    if (answer instanceof EapAnswer.Retry retry) {
      IkeLog.IKE.warn(sa, "{}; the peer may try again", retry.reason());
      lastProblem = retry.reason();
      sa.ctx().counters().count("ike-eap-retries");
      reply.add(new EapPayload(retry.octets()));
      return later(Optional.empty());
    }
    if (answer instanceof EapAnswer.Success success) {
      over = true;
      sa.ctx().counters().count("ike-eap-succeeded");
      IkeLog.IKE.info(sa, "{} of user '{}' succeeded", server.methodName(), name());
      reply.add(new EapPayload(success.octets()));
    } else {
      reply.add(new EapPayload(((EapAnswer.Packet) answer).octets()));
    }
    return CompletableFuture.completedFuture(Optional.empty());
  }

  /** Why the peer may have given up in the middle. */
  String abandoned() {
    return lastProblem.isEmpty()
        ? "peer " + sa.path().peer() + " gave up in the middle of " + server.methodName()
        : lastProblem;
  }

  private String name() {
    return server.user().map(EapName::text).orElse("?");
  }

  private CompletableFuture<Optional<String>> later(Optional<String> problem) {
    CompletableFuture<Optional<String>> done = new CompletableFuture<>();
    sa.after(PENALTY, () -> done.complete(problem));
    return done;
  }

  /** The peer's AUTH after EAP, answered by ours; says what is wrong with it. */
  Optional<String> prove(AuthPayload auth, IdPayload idI, IdPayload idR, List<Payload> reply) {
    if (auth == null || !EapAuth.matches(EapAuth.ofInitiator(sa, server, idI), auth)) {
      return Optional.of(
          "authentication failed: peer "
              + sa.path().peer()
              + " did not see the same EAP conversation: its AUTH after "
              + server.methodName()
              + " is "
              + (auth == null ? "missing" : "wrong"));
    }
    reply.add(EapAuth.ofResponder(sa, server, idR));
    return Optional.empty();
  }
}
