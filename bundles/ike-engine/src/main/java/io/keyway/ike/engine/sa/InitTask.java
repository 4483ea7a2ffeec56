package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.crypto.Puzzle;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * IKE_SA_INIT as initiator (RFC 7296 section 1.2), with cookies and a corrected group; what comes
 * back goes through {@link InitAnswers} first.
 */
final class InitTask implements Task {
  /** A peer that asks for more is not honest. */
  private static final int MAX_ROUNDS = 5;

  private Octets cookie;
  private Puzzle puzzle;
  private Optional<PuzzleSolutionPayload> solution = Optional.empty();
  private KeyExchangeMethod group;
  private KeyExchange.Initiation initiation;
  private boolean groupCorrected;
  private int rounds;
  private InitAnswer answer;
  private String refusal = "";

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    Handshake handshake = sa.handshake();
    handshake.answers.asks(this);
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
    sa.redirect().announce(request);
  }

  /** The request under way. */
  InitOffer sent(IkeSa sa) {
    return new InitOffer(sa.requests().packet(), group, initiation, sa.path());
  }

  /** Whether a response asks for another request, rather than being an answer to this one. */
  boolean asksAgain(IkeSa sa, IkeMessage response) {
    return rounds < MAX_ROUNDS
        && (response.has(NotifyType.COOKIE)
            || response.error().filter(e -> wanted(sa, e).isPresent()).isPresent());
  }

  /** The answer to go on with. */
  void take(InitAnswer good) {
    answer = good;
  }

  /** Nothing better came than what speaks against the peer. */
  void believe(String reason) {
    refusal = reason;
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    rounds++;
    if (answer != null) {
      return answer.commit(sa);
    }
    if (!refusal.isEmpty()) {
      sa.life().end(refusal);
      return Step.ENDED;
    }
    if (sa.redirect().isFollowed(response)) {
      return Step.ENDED;
    }
    Optional<NotifyPayload> cookies = response.notification(NotifyType.COOKIE);
    if (cookies.isEmpty()) {
      group = wanted(sa, response.error().orElseThrow()).orElseThrow();
      groupCorrected = true;
      // The one before stays good for an answer to the request before.
      initiation = null;
      return Step.AGAIN;
    }
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

  /** A puzzle that is worth it; too hard a one is returned unsolved (RFC 8019 section 7.1.2). */
  private Optional<Puzzle> puzzle(IkeSa sa, NotifyPayload notification) {
    return PuzzleDemand.read(notification)
        .filter(demand -> demand.isBearable(sa))
        .map(demand -> demand.puzzle(sa, cookie.toArray()));
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    if (puzzle == null) {
      return CompletableFuture.completedFuture(Outcome.ok());
    }
    return PuzzleSolver.solve(sa, puzzle)
        .thenApply(
            found -> {
              solution = Optional.of(found);
              puzzle = null;
              sa.ctx().counters().count("ike-puzzles-solved");
              return Outcome.ok();
            });
  }

  /** RFC 7296 section 1.2: once, and only to a method that we offered ourselves. */
  private Optional<KeyExchangeMethod> wanted(IkeSa sa, NotifyPayload error) {
    if (groupCorrected
        || error.type() != NotifyType.INVALID_KE_PAYLOAD
        || error.data().length() != 2) {
      return Optional.empty();
    }
    int wanted = error.data().at(0) << 8 | error.data().at(1);
    return sa.config().proposals().stream()
        .map(IkeProposal::keyExchange)
        .filter(m -> m.ianaId() == wanted && m != group)
        .findFirst();
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    if (initiation != null) {
      initiation.close();
    }
  }
}
