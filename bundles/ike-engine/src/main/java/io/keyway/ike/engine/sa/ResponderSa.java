package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens an IKE SA for a first message that proved worth it (RFC 7296 section 1.2). */
public final class ResponderSa {
  private ResponderSa() {}

  /**
   * Answers IKE_SA_INIT and waits for IKE_AUTH. Runs on the worker of the stripe.
   *
   * @param puzzleBits of a puzzle that the next message must bring the solution of; 0 for none
   * @return why the message is refused; empty when it was answered
   */
  public static Optional<String> open(
      EngineContext ctx,
      Candidates candidates,
      Datagram datagram,
      IkeMessage request,
      IkeProposals.Choice choice,
      KePayload ke,
      NoncePayload nonce,
      int puzzleBits,
      long stripe) {
    byte[] peerValue = ke.publicValue().toArray();
    KeyAnswer keys =
        puzzleBits == 0
            ? KeyAnswer.now(ctx, choice.chosen().keyExchange(), peerValue)
            : KeyAnswer.begun(ctx, choice.chosen().keyExchange(), peerValue);
    if (!keys.refusal().isEmpty()) {
      return Optional.of(keys.refusal());
    }
    long spiI = request.header().initiatorSpi();
    long spiR = ctx.newSpi();
    IkeSa sa =
        new IkeSa(
            ctx, ctx.newUid(), stripe, false, spiI, spiR, Path.of(datagram), candidates.anyOne());
    sa.setCandidates(candidates);
    sa.noteTraced(request);
    Handshake handshake = sa.handshake();
    handshake.initRequest = datagram.octets();
    handshake.initiatorNonce = nonce.nonce().toArray();
    handshake.responderNonce = ctx.nonce();
    handshake.peerHashes = HashNotify.read(request);
    sa.setNat(
        NatDetection.examine(request, spiI, 0, datagram.local(), datagram.remote())
            .forcedIf(candidates.anyOne().config().options().encapsulation()));
    if (sa.nat().local() || sa.nat().remote()) {
      ctx.counters().count("ike-nat-detected");
      IkeLog.NET.info(sa, "{}", Reasons.natFound(sa.nat()));
    }
    PuzzleDemand puzzle = new PuzzleDemand(choice.chosen().prf(), puzzleBits);
    if (puzzleBits == 0) {
      try (keys) {
        keys.complete(sa, choice.chosen());
      }
    } else {
      handshake.demanded = new AuthPuzzle(puzzle, choice.chosen(), keys);
      ctx.counters().count("ike-auth-puzzles-sent");
    }
    sa.life().countHalfOpen();
    boolean fragments =
        candidates.anyOne().config().options().fragmentation()
            && request.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED);
    sa.setFragmentation(fragments);
    List<Payload> payloads = new ArrayList<>();
    payloads.add(new SaPayload(List.of(choice.answer())));
    payloads.add(
        new KePayload(choice.chosen().keyExchange().ianaId(), Octets.copyOf(keys.publicValue())));
    payloads.add(new NoncePayload(Octets.copyOf(handshake.responderNonce)));
    if (puzzleBits > 0) {
      payloads.add(puzzle.notification());
    }
    payloads.addAll(sa.mobike().natDetection(sa.path()));
    if (!choice.chosen().additional().isEmpty()) {
      payloads.add(NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED));
      handshake.pendingExchanges.addAll(choice.chosen().additional());
    }
    Childlessness.announce(candidates.anyOne().config().options().childless(), payloads);
    sa.redirect().setPeerSupports(RedirectNotify.isSupportedBy(request));
    if (fragments) {
      payloads.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    if (candidates.usePpk() && request.has(NotifyType.USE_PPK)) {
      payloads.add(NotifyPayload.of(NotifyType.USE_PPK));
      handshake.usePpk = true;
    }
    payloads.addAll(ctx.authenticators().requests(candidates.authorities()));
    payloads.add(HashNotify.ours());
    payloads.add(NotifyPayload.of(NotifyType.MULTIPLE_AUTH_SUPPORTED));
    List<byte[]> reply = sa.outbox().encode(ExchangeType.IKE_SA_INIT, true, 0, payloads);
    handshake.initResponse = reply.get(0);
    sa.replies().primed(datagram.octets(), reply);
    sa.outbox().send(reply);
    sa.life()
        .waitForIkeAuth(
            ctx.settings().halfOpenTimeout(),
            () -> {
              if (sa.state() == IkeSa.State.CONNECTING) {
                ctx.counters().count("ike-half-open-expired");
                ctx.counters().count(Failure.HALF_OPEN_EXPIRED.counter());
                sa.life().end("peer " + sa.path().peer() + " did not go on after IKE_SA_INIT");
              }
            });
    return Optional.empty();
  }
}
