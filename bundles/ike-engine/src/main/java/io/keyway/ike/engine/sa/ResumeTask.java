package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;

/** IKE_SESSION_RESUME as initiator (RFC 5723 section 4.3.2). */
final class ResumeTask implements Task {
  /** A peer that asks for more cookies is not honest. */
  private static final int MAX_ROUNDS = 3;

  private final ResumeAttempt attempt;
  private Octets cookie = Octets.EMPTY;
  private byte[] answer = {};
  private int rounds;

  ResumeTask(ResumeAttempt attempt) {
    this.attempt = attempt;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    Handshake handshake = sa.handshake();
    if (handshake.initiatorNonce.length == 0) {
      handshake.initiatorNonce = sa.ctx().nonce();
    }
    if (!cookie.isEmpty()) {
      // First of all payloads, the rest unchanged (RFC 7296 section 2.6).
      request.add(NotifyPayload.of(NotifyType.COOKIE, cookie));
    }
    request.add(new NoncePayload(Octets.copyOf(handshake.initiatorNonce)));
    request.add(NotifyPayload.of(NotifyType.TICKET_OPAQUE, attempt.held().ticket()));
    if (sa.config().options().encapsulation()) {
      sa.setNat(NatDetection.Finding.NONE.forcedIf(true));
    }
    request.addAll(sa.mobike().natDetection(sa.path()));
    if (sa.config().options().fragmentation()) {
      request.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    sa.redirect().announce(request);
  }

  /** The answer that is about to be processed, as it came over the wire. */
  void received(byte[] octets) {
    answer = octets;
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    Optional<NotifyPayload> wanted = response.notification(NotifyType.COOKIE);
    if (wanted.isPresent() && rounds++ < MAX_ROUNDS) {
      cookie = wanted.get().data();
      return Step.AGAIN;
    }
    if (response.has(NotifyType.REDIRECT) && sa.redirect().mayBeGenuine(response)) {
      return sa.redirect().isFollowed(response) ? Step.ENDED : attempt.fallBack("sent elsewhere");
    }
    NoncePayload nonce = response.first(NoncePayload.class).orElse(null);
    boolean refused = response.has(NotifyType.TICKET_NACK) || response.error().isPresent();
    if (refused || nonce == null || response.header().responderSpi() == 0) {
      if (response.has(NotifyType.TICKET_NACK)) {
        attempt.spent();
      }
      return attempt.fallBack(ResumeAttempt.refusal(response));
    }
    return goOn(sa, response, nonce);
  }

  private Step goOn(IkeSa sa, IkeMessage response, NoncePayload nonce) {
    Handshake handshake = sa.handshake();
    Session session = attempt.session();
    handshake.initRequest = sa.requests().packet();
    handshake.initResponse = answer;
    handshake.responderNonce = nonce.nonce().toArray();
    handshake.peerTakesChildless = response.has(NotifyType.CHILDLESS_IKEV2_SUPPORTED);
    sa.setSpiR(response.header().responderSpi());
    if (InitAnswer.nat(sa, response, sa.path()).any() && !sa.config().natTraversal()) {
      // IKE_SA_INIT will find it, too, and say so.
      return attempt.fallBack("there is a NAT");
    }
    sa.setFragmentation(
        sa.config().options().fragmentation()
            && response.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    sa.setCrypto(
        new SaCrypto(
                sa.ctx().crypto(),
                attempt.proposal(),
                KeySchedule.resumedIkeSa(
                    sa.ctx().crypto().prf(attempt.proposal().prf()),
                    session.skD(),
                    attempt.proposal().encryption(),
                    attempt.proposal().integrity(),
                    handshake.initiatorNonce,
                    handshake.responderNonce,
                    sa.spiI(),
                    sa.spiR()),
                true)
            .inheritPpk(session.ppkId()));
    attempt.spent();
    if (!InitAnswer.checkNat(sa, response)) {
      return Step.ENDED;
    }
    return InitAnswer.authenticate(sa, child -> new ResumeAuthTask(attempt, child));
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    attempt.close();
    sa.life().end(why.reason());
  }
}
