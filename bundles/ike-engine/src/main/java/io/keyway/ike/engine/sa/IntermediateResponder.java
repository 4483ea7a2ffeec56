package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.List;

/** Answers an additional key exchange before IKE_AUTH (RFC 9242, RFC 9370 section 2.2.2). */
final class IntermediateResponder {
  private final IkeSa sa;
  private final IkeMessage request;

  IntermediateResponder(IkeSa sa, IkeMessage request) {
    this.sa = sa;
    this.request = request;
  }

  Reply reply() {
    KeyExchangeMethod method = sa.handshake().pendingExchanges.getFirst();
    KePayload ke = request.first(KePayload.class).orElse(null);
    if (ke == null || ke.group() != method.ianaId()) {
      return refuse("it brought no " + method.keyword() + " value, which is due");
    }
    KeyAgreementResult result =
        sa.ctx().crypto().keyExchange(method).respond(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Refused refused) {
      return refuse(refused.reason());
    }
    KeyAgreementResult.Agreed agreed = (KeyAgreementResult.Agreed) result;
    sa.ctx().counters().count("ike-additional-key-exchanges");
    // The answer still goes under the keys of the request.
    return Reply.of(List.of(new KePayload(method.ianaId(), Octets.copyOf(agreed.publicValue()))))
        .then(
            () -> {
              try (var secret = agreed.sharedSecret()) {
                sa.handshake().pendingExchanges.removeFirst();
                sa.addSecret(secret);
              }
            });
  }

  private Reply refuse(String reason) {
    sa.ctx().counters().count("ike-init-refused");
    return Refusal.of(sa, NotifyType.INVALID_SYNTAX, reason)
        .then(() -> sa.life().end("IKE_INTERMEDIATE of the peer cannot be used: " + reason));
  }
}
