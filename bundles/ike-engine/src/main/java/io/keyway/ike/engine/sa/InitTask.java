package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.crypto.Puzzle;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PuzzleSolutionPayload;
import io.keyway.ike.message.SaPayload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** IKE_SA_INIT as initiator (RFC 7296 section 1.2), with cookies and a corrected group. */
final class InitTask implements Task {
  /** A peer that asks for more is not honest. */
  private static final int MAX_ROUNDS = 5;

  /** About a millisecond's worth. */
  private static final int TRIES_AT_A_TIME = 1000;

  private Octets cookie;
  private Puzzle puzzle;
  private Optional<PuzzleSolutionPayload> solution = Optional.empty();
  private KeyExchangeMethod group;
  private KeyExchange.Initiation initiation;
  private boolean groupCorrected;
  private int rounds;

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    Handshake handshake = sa.handshake();
    if (handshake.initiatorNonce.length == 0) {
      handshake.initiatorNonce = sa.ctx().nonce();
      group = sa.config().proposals().get(0).keyExchange();
    }
    if (initiation == null) {
      initiation = sa.ctx().crypto().keyExchange(group).initiate();
    }
    if (cookie != null) {
      // First of all payloads, the rest unchanged (RFC 7296 section 2.6).
      request.add(NotifyPayload.of(NotifyType.COOKIE, cookie));
      solution.ifPresent(request::add);
    }
    request.add(IkeProposals.offer(sa.config().proposals(), Octets.EMPTY));
    request.add(new KePayload(group.ianaId(), Octets.copyOf(initiation.publicValue())));
    request.add(new NoncePayload(Octets.copyOf(handshake.initiatorNonce)));
    if (sa.config().options().encapsulation()) {
      sa.setNat(NatDetection.Finding.NONE.forcedIf(true));
    }
    request.addAll(sa.mobike().natDetection(sa.path()));
    if (sa.config().proposals().stream().anyMatch(p -> !p.additional().isEmpty())) {
      request.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
    }
    if (sa.config().options().fragmentation()) {
      request.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    PpkInitiator.announce(sa.config()).ifPresent(request::add);
    request.add(HashNotify.ours());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    if (++rounds > MAX_ROUNDS) {
      return end(sa, "peer " + sa.path().peer() + " asks for IKE_SA_INIT again and again");
    }
    Optional<NotifyPayload> cookies = response.notification(NotifyType.COOKIE);
    if (cookies.isPresent()) {
      cookie = cookies.get().data();
      solution = Optional.empty();
      puzzle = response.notification(NotifyType.PUZZLE).flatMap(p -> puzzle(sa, p)).orElse(null);
      if (puzzle == null) {
        return Step.AGAIN;
      }
      // The same task once more, which solves the puzzle while it gets ready.
      sa.requests().enqueueFirst(Exchange.of(ExchangeType.IKE_SA_INIT, this));
      return Step.DONE;
    }
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      return error.get().type() == NotifyType.INVALID_KE_PAYLOAD && correctGroup(sa, error.get())
          ? Step.AGAIN
          : refused(sa, error.get().type());
    }
    return agree(sa, response);
  }

  /**
   * A puzzle that is worth it (RFC 8019 section 7.1.2): too hard a one is returned unsolved, since
   * the response may be anybody's.
   */
  private Optional<Puzzle> puzzle(IkeSa sa, NotifyPayload demand) {
    if (demand.data().length() != 3) {
      return Optional.empty();
    }
    int zeroBits = demand.data().at(2);
    if (zeroBits > sa.ctx().settings().flood().hardestPuzzle()) {
      sa.life().setHint("the peer demands a puzzle of " + zeroBits + " bits, which is too hard");
      return Optional.empty();
    }
    return PrfAlgorithm.ofWire(demand.data().at(0) << 8 | demand.data().at(1))
        .map(prf -> new Puzzle(sa.ctx().crypto().prf(prf), cookie.toArray(), zeroBits));
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    if (puzzle == null) {
      return CompletableFuture.completedFuture(Outcome.ok());
    }
    CompletableFuture<Outcome> solved = new CompletableFuture<>();
    sa.execute(() -> solve(sa, solved));
    return solved;
  }

  /** In slices, so that the other IKE SAs of the worker go on. */
  private void solve(IkeSa sa, CompletableFuture<Outcome> solved) {
    if (sa.isDead()) {
      return;
    }
    if (puzzle.step(TRIES_AT_A_TIME)) {
      solution = Optional.of(new PuzzleSolutionPayload(Octets.copyOf(puzzle.solution())));
      puzzle = null;
      sa.ctx().counters().count("ike-puzzles-solved");
      solved.complete(Outcome.ok());
    } else {
      sa.execute(() -> solve(sa, solved));
    }
  }

  /** RFC 7296 section 1.2: once, and only to a method that we offered ourselves. */
  private boolean correctGroup(IkeSa sa, NotifyPayload error) {
    if (groupCorrected || error.data().length() != 2) {
      return false;
    }
    groupCorrected = true;
    int wanted = error.data().at(0) << 8 | error.data().at(1);
    Optional<KeyExchangeMethod> offered =
        sa.config().proposals().stream()
            .map(IkeProposal::keyExchange)
            .filter(m -> m.ianaId() == wanted && m != group)
            .findFirst();
    offered.ifPresent(
        method -> {
          group = method;
          initiation.close();
          initiation = null;
        });
    return offered.isPresent();
  }

  private Step agree(IkeSa sa, IkeMessage response) {
    String peer = "peer " + sa.path().peer();
    SaPayload answer = response.first(SaPayload.class).orElse(null);
    KePayload ke = response.first(KePayload.class).orElse(null);
    NoncePayload nonce = response.first(NoncePayload.class).orElse(null);
    long spiR = response.header().responderSpi();
    if (answer == null || ke == null || nonce == null || spiR == 0) {
      return end(sa, peer + " left out SA, KE, Nonce or its SPI in IKE_SA_INIT");
    }
    Optional<IkeProposal> chosen = IkeProposals.chosen(sa.config().proposals(), answer);
    if (chosen.isEmpty()) {
      return end(sa, peer + " chose an IKE proposal that we did not offer");
    }
    if (chosen.get().keyExchange() != group || ke.group() != group.ianaId()) {
      return end(sa, peer + " answered with another key exchange method than it chose");
    }
    if (!chosen.get().additional().isEmpty()
        && !response.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)) {
      return end(sa, peer + " chose additional key exchanges, but knows no IKE_INTERMEDIATE");
    }
    Optional<String> ppk = PpkInitiator.flaw(sa.config(), response);
    if (ppk.isPresent()) {
      return end(sa, peer + ppk.get());
    }
    KeyAgreementResult result = initiation.complete(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Refused refused) {
      return end(sa, peer + " sent an unusable public value: " + refused.reason());
    }
    Handshake handshake = sa.handshake();
    handshake.initRequest = sa.requests().packet();
    handshake.responderNonce = nonce.nonce().toArray();
    handshake.peerHashes = HashNotify.read(response);
    handshake.usePpk = response.has(NotifyType.USE_PPK);
    handshake.peerTakesRounds = response.has(NotifyType.MULTIPLE_AUTH_SUPPORTED);
    sa.setSpiR(spiR);
    sa.setFragmentation(
        sa.config().options().fragmentation()
            && response.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    try (SecretBytes secret = ((KeyAgreementResult.Agreed) result).sharedSecret()) {
      sa.setCrypto(
          new SaCrypto(
              sa.ctx().crypto(),
              chosen.get(),
              KeySchedule.ikeSa(
                  sa.ctx().crypto().prf(chosen.get().prf()),
                  chosen.get().encryption(),
                  chosen.get().integrity(),
                  secret,
                  handshake.initiatorNonce,
                  handshake.responderNonce,
                  sa.spiI(),
                  spiR),
              true));
    }
    initiation.close();
    handshake.pendingExchanges.addAll(chosen.get().additional());
    if (!checkNat(sa, response)) {
      return Step.ENDED;
    }
    if (handshake.pendingExchanges.isEmpty()) {
      return authenticate(sa);
    }
    sa.requests()
        .enqueueFirst(
            Exchange.of(
                ExchangeType.IKE_INTERMEDIATE, new IntermediateTask(() -> authenticate(sa))));
    return Step.DONE;
  }

  /** False when a NAT makes children impossible; the SA ended. */
  private boolean checkNat(IkeSa sa, IkeMessage response) {
    sa.setNat(
        NatDetection.examine(response, sa.spiI(), sa.spiR(), sa.path().local(), sa.path().remote())
            .forcedIf(sa.nat().forced()));
    if (!sa.nat().any()) {
      if (NatDetection.isIn(response)) {
        NatFloat.inAdvance(sa);
      }
      return true;
    }
    if (!sa.nat().forced()) {
      sa.ctx().counters().count("ike-nat-detected");
    }
    IkeLog.NET.info(sa, "{}", Reasons.natFound(sa.nat()));
    if (!sa.config().natTraversal()) {
      sa.ctx().counters().count(Failure.NAT.counter());
      sa.life().end(Reasons.nat(sa));
      return false;
    }
    NatFloat.Floated floated = NatFloat.of(sa);
    if (floated.path().isEmpty()) {
      sa.life().end("ESP has to go in UDP, and " + floated.problem());
      return false;
    }
    sa.setPath(floated.path().get());
    return true;
  }

  private Step authenticate(IkeSa sa) {
    Optional<ChildConfig> child = sa.wishes().first();
    if (child.isEmpty()) {
      return end(sa, "nobody wants a child any more");
    }
    sa.requests()
        .enqueueFirst(
            Exchange.of(
                ExchangeType.IKE_AUTH,
                new AuthTask(child.get().name()),
                new ChildCreateTask(child.get(), null)));
    return Step.DONE;
  }

  private Step refused(IkeSa sa, int notifyType) {
    sa.ctx().counters().count(CounterNames.failure(notifyType));
    return end(sa, Reasons.initRefused(sa, notifyType));
  }

  private Step end(IkeSa sa, String reason) {
    sa.life().end(reason);
    return Step.ENDED;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    if (initiation != null) {
      initiation.close();
    }
  }
}
