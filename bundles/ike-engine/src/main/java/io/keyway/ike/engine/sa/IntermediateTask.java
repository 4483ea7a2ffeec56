package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;

/**
 * The additional key exchanges between IKE_SA_INIT and IKE_AUTH, each in an IKE_INTERMEDIATE
 * exchange of its own (RFC 9370 section 2.2.2), as initiator.
 */
final class IntermediateTask implements Task {
  private final Runnable whenDone;
  private KeyExchange.Initiation initiation;

  /** What comes after the last key exchange. */
  IntermediateTask(Runnable whenDone) {
    this.whenDone = whenDone;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    KeyExchangeMethod method = sa.handshake().pendingExchanges.getFirst();
    initiation = sa.ctx().crypto().keyExchange(method).initiate();
    request.add(new KePayload(method.ianaId(), Octets.copyOf(initiation.publicValue())));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    KeyExchangeMethod method = sa.handshake().pendingExchanges.getFirst();
    String peer = "peer " + sa.path().peer();
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      String name = NotifyType.name(error.get().type());
      return end(sa, peer + " refused the key exchange " + method.keyword() + " with " + name);
    }
    KePayload ke = response.first(KePayload.class).orElse(null);
    if (ke == null || ke.group() != method.ianaId()) {
      return end(sa, peer + " did not answer the key exchange " + method.keyword());
    }
    KeyAgreementResult result = initiation.complete(ke.publicValue().toArray());
    initiation.close();
    if (result instanceof KeyAgreementResult.Refused refused) {
      return end(sa, peer + " sent an unusable public value: " + refused.reason());
    }
    try (var secret = ((KeyAgreementResult.Agreed) result).sharedSecret()) {
      sa.addSecret(secret);
    }
    sa.handshake().pendingExchanges.removeFirst();
    sa.ctx().counters().count("ike-additional-key-exchanges");
    if (!sa.handshake().pendingExchanges.isEmpty()) {
      return Step.AGAIN;
    }
    whenDone.run();
    return Step.DONE;
  }

  private Step end(IkeSa sa, String reason) {
    initiation.close();
    sa.life().end(reason);
    return Step.ENDED;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    if (initiation != null) {
      initiation.close();
    }
    sa.life().end(why.reason());
  }
}
