package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.SaPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers a rekey of the IKE SA (RFC 7296 sections 1.3.2, 2.18 and 2.25.2). */
final class IkeRekeyResponder {
  private final IkeSa sa;
  private final IkeMessage request;

  IkeRekeyResponder(IkeSa sa, IkeMessage request) {
    this.sa = sa;
    this.request = request;
  }

  /** Whether a CREATE_CHILD_SA request means the IKE SA. */
  static boolean isMeant(IkeMessage request) {
    return request
        .first(SaPayload.class)
        .map(sa -> sa.proposals().get(0).protocolId() == ProtocolId.IKE)
        .orElse(false);
  }

  Reply reply() {
    if (!sa.state().isEstablished() || sa.children().isBusy() || sa.peerRekey() != null) {
      return refuse(NotifyType.TEMPORARY_FAILURE, "the IKE SA or a child is being changed");
    }
    if (sa.life().isReplacedTooOften()) {
      return refuse(NotifyType.TEMPORARY_FAILURE, "the peer rekeys the IKE SA again and again");
    }
    KePayload ke = request.first(KePayload.class).orElse(null);
    NoncePayload nonce = request.first(NoncePayload.class).orElse(null);
    if (ke == null || nonce == null) {
      return refuse(NotifyType.INVALID_SYNTAX, "KE or Nonce is missing");
    }
    Optional<IkeProposals.Choice> choice =
        IkeProposals.choose(sa.config().proposals(), request.first(SaPayload.class).orElseThrow());
    if (choice.isEmpty()) {
      return refuse(
          NotifyType.NO_PROPOSAL_CHOSEN,
          "none of the peer's IKE proposals "
              + request.first(SaPayload.class).map(Reasons::offered).orElse("")
              + " is one of "
              + Reasons.ikeProposals(sa.config()));
    }
    Octets peerSpi = choice.get().answer().spi();
    if (peerSpi.length() != 8 || peerSpi.toLong() == 0) {
      return refuse(NotifyType.INVALID_SYNTAX, "an IKE SPI has 8 octets and is not 0");
    }
    KeyExchangeMethod group = choice.get().chosen().keyExchange();
    if (ke.group() != group.ianaId()) {
      byte[] wanted = {(byte) (group.ianaId() >> 8), (byte) group.ianaId()};
      return Reply.of(
          List.of(NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, Octets.copyOf(wanted))));
    }
    KeyAgreementResult result =
        sa.ctx().crypto().keyExchange(group).respond(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Refused refused) {
      return refuse(NotifyType.INVALID_SYNTAX, refused.reason());
    }
    KeyAgreementResult.Agreed agreed = (KeyAgreementResult.Agreed) result;
    long ourSpi = sa.ctx().newSpi();
    byte[] ni = nonce.nonce().toArray();
    byte[] nr = sa.ctx().nonce();
    IkeProposals.Choice choose = choice.get();
    List<Payload> answer = new ArrayList<>();
    answer.add(
        new SaPayload(
            List.of(choose.answer().with(choose.answer().number(), Octets.ofLong(ourSpi)))));
    answer.add(new NoncePayload(Octets.copyOf(nr)));
    answer.add(new KePayload(group.ianaId(), Octets.copyOf(agreed.publicValue())));
    if (sa.config().options().recovery().crashDetection()) {
      // Both SPIs of the successor are known here (RFC 6290 section 4.3).
      sa.ctx()
          .recovery()
          .tokens()
          .token(false, peerSpi.toLong(), ourSpi)
          .ifPresent(token -> answer.add(CrashDetection.payload(token)));
    }
    SecretBytes secret = agreed.sharedSecret();
    FollowUp.Completion completion =
        (more, last) -> {
          try (secret) {
            IkeSa successor =
                Successor.make(
                    sa, choose.chosen(), secret, more, false, peerSpi.toLong(), ourSpi, ni, nr);
            return CompletableFuture.completedFuture(made(successor, ni, nr, last));
          }
        };
    List<KeyExchangeMethod> additional = choose.chosen().additional();
    if (additional.isEmpty()) {
      return completion.complete(List.of(), answer).join();
    }
    answer.add(FollowUp.await(sa, additional, completion, secret::close));
    return Reply.of(answer);
  }

  private Reply made(IkeSa successor, byte[] ni, byte[] nr, List<Payload> answer) {
    Reply reply = Reply.of(answer);
    if (sa.requests().isActive(IkeRekeyTask.class)) {
      // Which of the two stays is known when the peer answers ours.
      sa.setPeerRekey(new PeerRekey<>(successor, PeerRekey.lower(ni, nr)));
      successor.life().succeeds(sa);
      return reply;
    }
    return reply.then(() -> sa.life().handOver(successor));
  }

  private Reply refuse(int notifyType, String reason) {
    IkeLog.IKE.info(sa, "IKE rekey refused with {}: {}", NotifyType.name(notifyType), reason);
    sa.ctx().counters().count(CounterNames.failure(notifyType));
    return Reply.notification(notifyType);
  }
}
