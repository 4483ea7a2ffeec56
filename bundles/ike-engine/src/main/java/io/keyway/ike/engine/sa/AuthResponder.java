package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AuthenticationRound;
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
import io.keyway.ike.message.EapPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Answers IKE_AUTH by whatever method (RFC 7296 sections 1.2, 2.15 and 2.16), in as many messages
 * as it takes: one round of the peer after the other, and one of ours in each answer until there
 * are no more (RFC 4739). Lives in the handshake, which is bounded and timed as half-open.
 */
final class AuthResponder implements AutoCloseable {
  /** EAP has limits of its own; this one is for peers that ask without end. */
  private static final int MOST_MESSAGES = 100;

  private final IkeSa sa;

  /** What the child is made of in the end. */
  private final IkeMessage first;

  private final PpkResponder ppk;
  private AuthSession session;
  private Identity peer;
  private int our;
  private int their;
  private int messages;
  private IdPayload idI;
  private IdPayload idR;
  private ResponderEap eap;

  private AuthResponder(IkeSa sa, IkeMessage first) {
    this.sa = sa;
    this.first = first;
    ppk = new PpkResponder(sa);
  }

  /** The reply to one request. */
  static CompletableFuture<Reply> answer(IkeSa sa, IkeMessage request) {
    Handshake handshake = sa.handshake();
    if (handshake.auth == null) {
      handshake.auth = new AuthResponder(sa, request);
      return handshake.auth.open();
    }
    return handshake.auth.go(request);
  }

  /** Why the peer may have given up before all was proved; empty when it did not like our proof. */
  Optional<String> abandoned() {
    return Optional.ofNullable(eap).map(ResponderEap::abandoned);
  }

  private CompletableFuture<Reply> open() {
    idI = id(first, true).orElse(null);
    if (idI == null) {
      return missing("identity");
    }
    Optional<Identity> named = Identities.fromWire(idI);
    if (named.isEmpty()) {
      return refuse("peer names itself by ID type " + idI.idType() + ", which is not supported");
    }
    peer = named.get();
    Optional<Identity> askedForUs = id(first, false).flatMap(Identities::fromWire);
    Optional<Connection> matched = match(askedForUs);
    if (matched.isEmpty()) {
      return refuse(
          "no connection expects a peer '"
              + peer
              + "'"
              + askedForUs.map(us -> " that looks for '" + us + "'").orElse("")
              + " with "
              + sa.crypto().proposal().keywords()
              + "; check local-id, remote-id and IKE policy of the gateway");
    }
    sa.setConnection(matched.get());
    session = sa.ctx().authenticators().session(sa.config().authentication(), Optional.of(peer));
    Optional<String> cannot = Rounds.cannotRespond(sa.config());
    if (cannot.isPresent()) {
      return refuse(cannot.get());
    }
    if (session.hasFurtherRounds() && !first.has(NotifyType.MULTIPLE_AUTH_SUPPORTED)) {
      return refuse(
          "peer '" + peer + "' does not take several rounds of authentication (RFC 4739)");
    }
    if (session.isEapOnly() && !first.has(NotifyType.EAP_ONLY_AUTHENTICATION)) {
      return refuse(
          "peer '"
              + peer
              + "' wants more proof of us than EAP (RFC 5998); set another method here, or eap as"
              + " remote-method there");
    }
    return go(first);
  }

  private static Optional<IdPayload> id(IkeMessage request, boolean initiator) {
    return request.all(IdPayload.class).stream()
        .filter(i -> i.initiator() == initiator)
        .findFirst();
  }

  /**
   * By identities, by the IKE proposal that was chosen before these were known, and if there is a
   * choice by whether the peer asks for EAP.
   */
  private Optional<Connection> match(Optional<Identity> askedForUs) {
    List<Connection> fitting =
        sa.candidates().expecting(peer).stream()
            .filter(c -> Identities.matches(c.config(), peer, askedForUs))
            .filter(c -> IkeProposals.allows(c.config().proposals(), sa.crypto().proposal()))
            .toList();
    boolean asks = first.first(AuthPayload.class).isEmpty();
    return fitting.stream()
        .filter(c -> asks == AuthSession.isEap(c.config().authentication().remoteRounds().get(0)))
        .findFirst()
        .or(() -> fitting.stream().findFirst());
  }

  private CompletableFuture<Reply> go(IkeMessage request) {
    sa.crash().take(request);
    sa.tickets().heed(request);
    if (++messages > MOST_MESSAGES) {
      return refuse("IKE_AUTH of peer '" + peer + "' does not end");
    }
    List<Payload> reply = new ArrayList<>();
    return theirTurn(request, reply)
        .thenCompose(
            problem ->
                sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : problem.isPresent() ? refuse(problem.get(), reply) : ourTurn(reply));
  }

  // --- the peer's rounds --------------------------------------------------------------------

  private CompletableFuture<Optional<String>> theirTurn(IkeMessage request, List<Payload> reply) {
    AuthPayload auth = request.first(AuthPayload.class).orElse(null);
    if (their == session.theirs().size()) {
      return auth == null ? ok() : now("peer '" + peer + "' sent an AUTH that nobody asked for");
    }
    if (eap == null) {
      return startRound(request, auth, reply);
    }
    if (!eap.isOver()) {
      return eap.take(request, reply);
    }
    if (auth == null) {
      return CompletableFuture.completedFuture(eap.prove(null, idI, idR, reply));
    }
    return ppk.decide(request, auth, reply)
        .thenApply(
            decided ->
                decided.done()
                    ? proveEap(request, decided.value().get(), reply)
                    : Optional.of(decided.outcome().reason()));
  }

  private Optional<String> proveEap(IkeMessage request, AuthPayload auth, List<Payload> reply) {
    Optional<String> problem = eap.prove(auth, idI, idR, reply);
    if (problem.isPresent()) {
      return problem;
    }
    our += session.isEapOnly() ? 1 : 0;
    eap.user().map(EapAuth::identity).filter(i -> their == 0).ifPresent(i -> peer = i);
    eap = null;
    return theyProved(request);
  }

  private CompletableFuture<Optional<String>> startRound(
      IkeMessage request, AuthPayload auth, List<Payload> reply) {
    AuthenticationRound round = session.theirs().get(their);
    idI = id(request, true).orElse(null);
    Optional<Identity> named = Optional.ofNullable(idI).flatMap(Identities::fromWire);
    if (named.isEmpty()) {
      return now("peer '" + peer + "' does not say as whom it goes on to authenticate");
    }
    if (their > 0 && round.identity().filter(wanted -> !wanted.equals(named.get())).isPresent()) {
      return now(
          "authentication failed: peer '"
              + peer
              + "' calls itself '"
              + named.get()
              + "' in round "
              + (their + 1)
              + ", we expect '"
              + round.identity().get()
              + "'");
    }
    if (AuthSession.isEap(round)) {
      if (auth != null) {
        return now("peer '" + peer + "' does not ask for EAP, which is configured for it");
      }
      eap = new ResponderEap(sa, session, their, EapAuth.name(named.get()));
      return eap.begin(reply);
    }
    if (auth == null) {
      return now(
          "peer '" + peer + "' wants to authenticate by EAP, which is not configured for it");
    }
    return ppk.decide(request, auth, reply)
        .thenCompose(
            decided ->
                decided.done() && !sa.isDead()
                    ? verify(request, named.get(), decided.value().get())
                    : now(decided.outcome().reason()));
  }

  private CompletableFuture<Optional<String>> verify(
      IkeMessage request, Identity named, AuthPayload auth) {
    Evidence evidence =
        new Evidence(
            sa.crypto().prf(),
            sa.handshake().ofInitiator(sa.crypto(), idI),
            named,
            auth,
            request.all(CertificatePayload.class),
            sa.path().peer());
    return sa.home(
            session.verify(their, evidence),
            problem -> Outcome.unavailable("the peer's proof could not be checked: " + problem))
        .thenApply(outcome -> outcome.done() ? theyProved(request) : Optional.of(outcome.reason()));
  }

  private Optional<String> theyProved(IkeMessage request) {
    their++;
    boolean more = their < session.theirs().size();
    if (request.has(NotifyType.ANOTHER_AUTH_FOLLOWS) == more) {
      return Optional.empty();
    }
    return Optional.of(
        more
            ? "peer '"
                + peer
                + "' proves itself in "
                + their
                + " rounds only, we expect "
                + session.theirs().size()
                + " (RFC 4739); compare the rounds of both ends"
            : "peer '" + peer + "' wants more rounds of authentication than we expect (RFC 4739)");
  }

  // --- our rounds ---------------------------------------------------------------------------

  /** The peer first: our own proof leaves only to who proved who it is, or is about to by EAP. */
  private CompletableFuture<Reply> ourTurn(List<Payload> reply) {
    boolean proved = reply.stream().anyMatch(AuthPayload.class::isInstance);
    if (our == session.ours().size() || proved) {
      return finish(reply);
    }
    AuthenticationRound round = session.ours().get(our);
    Identity us =
        our == 0
            ? Identities.local(sa.config())
            : round.identity().orElseGet(() -> Identity.of(sa.config().localAddress()));
    if (AuthSession.isEap(round)) {
      if (idR == null) {
        idR = Identities.toWire(false, us);
        reply.add(0, idR);
      }
      return finish(reply);
    }
    idR = Identities.toWire(false, us);
    Claim claim =
        new Claim(
            sa.crypto().prf(),
            sa.handshake().ofResponder(sa.crypto(), idR),
            us,
            sa.handshake().peerHashes);
    return sa.home(
            session.prove(our, claim),
            problem -> Result.<Proof>failed(Outcome.unavailable(problem)))
        .thenCompose(
            result ->
                sa.isDead()
                    ? CompletableFuture.completedFuture(Reply.empty())
                    : result.done()
                        ? proved(result.value().get(), reply)
                        : refuse(result.outcome().reason()));
  }

  private CompletableFuture<Reply> proved(Proof proof, List<Payload> reply) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idR);
    payloads.addAll(proof.certificates());
    payloads.add(proof.auth());
    if (++our < session.ours().size()) {
      payloads.add(NotifyPayload.of(NotifyType.ANOTHER_AUTH_FOLLOWS));
    }
    payloads.addAll(reply);
    return finish(payloads);
  }

  private CompletableFuture<Reply> finish(List<Payload> reply) {
    return our == session.ours().size() && their == session.theirs().size()
        ? establish(reply)
        : CompletableFuture.completedFuture(Reply.of(reply));
  }

  private CompletableFuture<Reply> establish(List<Payload> reply) {
    sa.setIdentities(Identities.local(sa.config()), peer);
    Optional<String> notUnique = UniquePolicy.refusal(sa, peer, first);
    if (notUnique.isPresent()) {
      return refuse(notUnique.get());
    }
    Identity said = id(first, true).flatMap(Identities::fromWire).orElse(peer);
    sa.tickets().proved(said, peer, session.standing());
    return EstablishedAsResponder.answer(sa, first, peer, reply);
  }

  // --- refusals -----------------------------------------------------------------------------

  private CompletableFuture<Reply> missing(String what) {
    return CompletableFuture.completedFuture(
        Refusal.of(sa, NotifyType.INVALID_SYNTAX, "there is no " + what + " in IKE_AUTH")
            .then(() -> sa.life().end("the peer sent no " + what + " in IKE_AUTH")));
  }

  private CompletableFuture<Reply> refuse(String reason) {
    return refuse(reason, List.of());
  }

  /** With what EAP has to say, if the reply holds it. */
  private CompletableFuture<Reply> refuse(String reason, List<Payload> reply) {
    sa.ctx().counters().count("ike-authentication-failures");
    sa.ctx().counters().count(CounterNames.failure(NotifyType.AUTHENTICATION_FAILED));
    IkeLog.IKE.warn(sa, "authentication refused: {}", reason);
    sa.ctx()
        .events()
        .publish(
            new EngineEvent.AuthenticationFailed(sa.connection().name(), sa.path().peer(), reason));
    List<Payload> payloads = new ArrayList<>();
    reply.stream().filter(EapPayload.class::isInstance).forEach(payloads::add);
    payloads.add(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED));
    return CompletableFuture.completedFuture(Reply.of(payloads).then(() -> sa.life().end(reason)));
  }

  private static CompletableFuture<Optional<String>> now(String problem) {
    return CompletableFuture.completedFuture(Optional.of(problem));
  }

  private static CompletableFuture<Optional<String>> ok() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
