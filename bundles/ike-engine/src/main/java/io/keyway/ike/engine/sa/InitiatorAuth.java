package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.Identity;
import io.keyway.ike.engine.auth.AuthSession;
import io.keyway.ike.engine.auth.Claim;
import io.keyway.ike.engine.auth.Evidence;
import io.keyway.ike.engine.auth.Proof;
import io.keyway.ike.engine.eap.EapAnswer;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.engine.eap.EapPeer;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The proofs of both sides as initiator: our rounds and the peer's, side by side, one of ours in a
 * request and one of the peer's in a response at most (RFC 4739), and EAP as the peer of its
 * conversation (RFC 7296 section 2.16). Called on the SA's worker, and completes there.
 */
final class InitiatorAuth implements AutoCloseable {
  /** They leave the IKE SA as it is. */
  private static final Set<Integer> CHILD_ERRORS =
      Set.of(
          NotifyType.NO_PROPOSAL_CHOSEN,
          NotifyType.SINGLE_PAIR_REQUIRED,
          NotifyType.NO_ADDITIONAL_SAS,
          NotifyType.INTERNAL_ADDRESS_FAILURE,
          NotifyType.FAILED_CP_REQUIRED,
          NotifyType.TS_UNACCEPTABLE);

  private final IkeSa sa;
  private final AuthSession session;
  private final PpkInitiator ppk;
  private int our;
  private int their;
  private Identity localId;
  private Optional<Identity> remoteId = Optional.empty();
  private IdPayload idI;
  private IdPayload idR;
  private EapPeer eap;
  private boolean eapIsOver;
  private List<Payload> next = List.of();

  InitiatorAuth(IkeSa sa) {
    this.sa = sa;
    session =
        sa.ctx()
            .authenticators()
            .session(sa.config().authentication(), Identities.remote(sa.config()));
    ppk = new PpkInitiator(sa);
  }

  AuthSession session() {
    return session;
  }

  /** What the next request brings. */
  List<Payload> payloads() {
    return next;
  }

  /** Whether both sides proved everything. */
  boolean isDone() {
    return our == session.ours().size() && their == session.theirs().size();
  }

  Identity localId() {
    return localId;
  }

  /** The one of the first round, proved once all is done. */
  Identity remoteId() {
    return remoteId.orElseThrow();
  }

  /**
   * Whether a response ends it all. In the one that completes the authentication an error concerns
   * the child only (RFC 7296 section 2.21.2), and that one brings AUTH, unless the peer proved
   * everything before.
   */
  boolean isRefusedBy(IkeMessage response) {
    if (response.error().isEmpty() || response.first(AuthPayload.class).isPresent()) {
      return false;
    }
    boolean last = eap == null && our == session.ours().size() - 1;
    return !last
        || their < session.theirs().size()
        || !CHILD_ERRORS.contains(response.error().get().type());
  }

  /** Whether the peer told us by EAP that we are refused. */
  boolean isRefused() {
    return eap != null && eap.isRefused();
  }

  /** Why the peer may have refused us, if EAP was under way. */
  Optional<String> eapRefusal() {
    return Optional.ofNullable(eap).filter(e -> !eapIsOver).map(EapPeer::refusal);
  }

  // --- ours ---------------------------------------------------------------------------------

  /** Gets the first round ready; what is wrong if it cannot be. */
  CompletableFuture<Outcome> begin() {
    return round(0).thenApply(p -> p.map(Outcome::unavailable).orElseGet(Outcome::ok));
  }

  private CompletableFuture<Optional<String>> round(int index) {
    AuthenticationRound round = session.ours().get(index);
    Identity identity =
        index == 0
            ? Identities.local(sa.config())
            : round.identity().orElseGet(() -> Identity.of(sa.config().localAddress()));
    if (index == 0) {
      localId = identity;
    }
    idI = Identities.toWire(true, identity);
    if (AuthSession.isEap(round)) {
      Optional<EapName> name =
          round
              .eap()
              .identity()
              .filter(n -> !n.equals(EapSettings.ASK))
              .map(EapName::new)
              .or(() -> EapAuth.name(identity));
      if (name.isEmpty()) {
        return now("our identity is no name of a user; set eap-identity");
      }
      eap = session.eapPeer(index, name.get(), () -> remoteId);
      eapIsOver = false;
      next = List.of(idI);
      return ok();
    }
    Claim plain = claim(identity);
    return ppk.mix()
        .thenCompose(
            mixed ->
                mixed.done()
                    ? prove(index, plain, ppk.isMixed() ? claim(identity) : plain)
                    : now(mixed.reason()));
  }

  private Claim claim(Identity identity) {
    return new Claim(
        sa.crypto().prf(),
        sa.handshake().ofInitiator(sa.crypto(), idI),
        identity,
        sa.handshake().peerHashes);
  }

  /**
   * Makes AUTH, and a second one where the peer may have to do without the PPK.
   *
   * @param plain with the keys that know no PPK
   */
  private CompletableFuture<Optional<String>> prove(int index, Claim plain, Claim claim) {
    return proof(index, claim)
        .thenCompose(
            result ->
                result.done() && ppk.isOptional() && !sa.isDead()
                    ? proof(index, plain)
                        .thenApply(second -> proved(index, result, second.value().map(Proof::auth)))
                    : CompletableFuture.completedFuture(proved(index, result, Optional.empty())));
  }

  private CompletableFuture<Result<Proof>> proof(int index, Claim claim) {
    return sa.home(
        session.prove(index, claim), problem -> Result.<Proof>failed(Outcome.unavailable(problem)));
  }

  private Optional<String> proved(int index, Result<Proof> result, Optional<AuthPayload> plain) {
    if (!result.done()) {
      return Optional.of(result.outcome().reason());
    }
    List<Payload> payloads = new ArrayList<>();
    payloads.add(idI);
    payloads.addAll(result.value().get().certificates());
    payloads.add(result.value().get().auth());
    payloads.addAll(ppk.payloads(plain));
    follow(index, payloads);
    next = payloads;
    return Optional.empty();
  }

  private void follow(int index, List<Payload> payloads) {
    if (index + 1 < session.ours().size()) {
      payloads.add(NotifyPayload.of(NotifyType.ANOTHER_AUTH_FOLLOWS));
    }
  }

  // --- a response ---------------------------------------------------------------------------

  /** Looks at a response without an error; says what is wrong with it. */
  CompletableFuture<Optional<String>> take(IkeMessage response) {
    Optional<String> without = ppk.settle(response);
    return (without.isPresent() ? now(without.get()) : verify(response))
        .thenCompose(
            problem ->
                problem.isPresent() || sa.isDead()
                    ? CompletableFuture.completedFuture(problem)
                    : advance(response));
  }

  private CompletableFuture<Optional<String>> verify(IkeMessage response) {
    AuthPayload auth = response.first(AuthPayload.class).orElse(null);
    Optional<String> name = identify(response);
    if (name.isPresent()) {
      return now(name.get());
    }
    if (eapIsOver) {
      return verifyEap(auth);
    }
    if (their == session.theirs().size()) {
      return auth == null ? ok() : now(peer() + " sent an AUTH that nobody asked for");
    }
    if (session.isEapOnly()) {
      return auth == null
          ? ok()
          : now(
              peer()
                  + " does not do EAP alone (RFC 5998): it proves itself in another way, which"
                  + " remote-method does not expect");
    }
    if (auth == null) {
      return their > 0 ? ok() : now(peer() + " left out its identity or AUTH in IKE_AUTH");
    }
    Identity claimed = Identities.fromWire(idR).orElseThrow();
    Evidence evidence =
        new Evidence(
            sa.crypto().prf(),
            sa.handshake().ofResponder(sa.crypto(), idR),
            claimed,
            auth,
            response.all(CertificatePayload.class),
            sa.path().peer());
    boolean follows = response.has(NotifyType.ANOTHER_AUTH_FOLLOWS);
    return sa.home(
            session.verify(their, evidence),
            problem -> Outcome.unavailable("the peer's proof could not be checked: " + problem))
        .thenApply(outcome -> outcome.done() ? theyProved(follows) : Optional.of(outcome.reason()));
  }

  /** Notes the peer's identity, if the response names one. */
  private Optional<String> identify(IkeMessage response) {
    Optional<IdPayload> given =
        response.all(IdPayload.class).stream().filter(i -> !i.initiator()).findFirst();
    if (given.isEmpty()) {
      return idR == null
          ? Optional.of(peer() + " left out its identity or AUTH in IKE_AUTH")
          : Optional.empty();
    }
    if (their == session.theirs().size()) {
      return Optional.empty();
    }
    idR = given.get();
    Optional<Identity> claimed = Identities.fromWire(idR);
    Optional<Identity> wanted = session.theirs().get(their).identity();
    boolean expected =
        claimed.isPresent()
            && (their == 0
                ? Identities.expects(sa.config(), claimed.get())
                : wanted.isEmpty() || wanted.equals(claimed));
    if (!expected) {
      return Optional.of(
          "authentication failed: "
              + peer()
              + " calls itself '"
              + claimed.map(Identity::toString).orElse("(ID type " + idR.idType() + ")")
              + "', we expect '"
              + (their == 0
                  ? Identities.expected(sa.config())
                  : wanted.map(Identity::toString).orElse("anything"))
              + "'; check remote-id here or local-id there");
    }
    remoteId = remoteId.or(() -> claimed);
    return Optional.empty();
  }

  private CompletableFuture<Optional<String>> verifyEap(AuthPayload auth) {
    if (auth == null || !EapAuth.matches(EapAuth.ofResponder(sa, eap, idR), auth)) {
      return now(
          "authentication failed: "
              + peer()
              + " did not see the same EAP conversation: its AUTH after "
              + eap.methodName()
              + " is "
              + (auth == null ? "missing" : "wrong"));
    }
    if (session.isEapOnly()) {
      their++;
    }
    return ok();
  }

  private Optional<String> theyProved(boolean follows) {
    their++;
    boolean more = their < session.theirs().size();
    if (follows == more) {
      return Optional.empty();
    }
    return Optional.of(
        more
            ? peer()
                + " proves itself in "
                + their
                + " rounds only, we expect "
                + session.theirs().size()
                + " (RFC 4739); compare the rounds of both ends"
            : peer() + " wants more rounds of authentication than we expect (RFC 4739)");
  }

  private CompletableFuture<Optional<String>> advance(IkeMessage response) {
    Optional<EapPayload> packet = response.first(EapPayload.class);
    if (eap == null && packet.isPresent()) {
      return now(peer() + " wants EAP of us, and method is not eap; compare both ends");
    }
    if (eap != null && !eapIsOver) {
      if (packet.isEmpty()) {
        return now(peer() + " left out EAP in IKE_AUTH, which is how we have to prove ourselves");
      }
      return sa.home(
              eap.process(packet.get().packet()),
              problem -> new EapAnswer.Failure(packet.get().packet(), problem, false))
          .thenCompose(this::answered);
    }
    eap = null;
    eapIsOver = false;
    next = List.of();
    if (our < session.ours().size()) {
      our++;
    }
    return our < session.ours().size() ? round(our) : ok();
  }

  private CompletableFuture<Optional<String>> answered(EapAnswer answer) {
    if (answer instanceof EapAnswer.Failure failure) {
      sa.ctx().counters().count("ike-eap-failed");
      return now(failure.reason());
    }
    if (answer instanceof EapAnswer.Packet packet) {
      next = List.of(new EapPayload(packet.octets()));
      return ok();
    }
    IkeLog.IKE.info(sa, "{} succeeded", eap.methodName());
    sa.ctx().counters().count("ike-eap-succeeded");
    eapIsOver = true;
    // Before the keys know a PPK, which counts from this AUTH on (RFC 8784 section 3).
    AuthPayload plain = EapAuth.ofInitiator(sa, eap, idI);
    return ppk.mix()
        .thenApply(mixed -> mixed.done() ? proveEap(plain) : Optional.of(mixed.reason()));
  }

  private Optional<String> proveEap(AuthPayload plain) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(ppk.isMixed() ? EapAuth.ofInitiator(sa, eap, idI) : plain);
    payloads.addAll(ppk.payloads(Optional.of(plain).filter(auth -> ppk.isOptional())));
    follow(our, payloads);
    next = payloads;
    return Optional.empty();
  }

  private String peer() {
    return "peer " + sa.path().peer();
  }

  private static CompletableFuture<Optional<String>> now(String problem) {
    return CompletableFuture.completedFuture(Optional.of(problem));
  }

  private static CompletableFuture<Optional<String>> ok() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public void close() {
    session.close();
  }
}
