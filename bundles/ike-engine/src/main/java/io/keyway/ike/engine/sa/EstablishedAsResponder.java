package io.keyway.ike.engine.sa;

import io.keyway.api.ike.Identity;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The end of IKE_AUTH as responder, however the peers proved who they are: the IKE SA stands, and
 * the rest of the first request is answered.
 */
final class EstablishedAsResponder {
  private EstablishedAsResponder() {}

  /**
   * Establishes the IKE SA.
   *
   * @param first request of IKE_AUTH, which says what the child is made of
   * @param reply gets the rest of the answer
   */
  static CompletableFuture<Reply> answer(
      IkeSa sa, IkeMessage first, Identity peer, List<Payload> reply) {
    byte[] ni = sa.handshake().initiatorNonce;
    byte[] nr = sa.handshake().responderNonce;
    reply.addAll(sa.mobike().accept(first));
    reply.addAll(sa.crash().offer());
    sa.life().establish(false);
    UniquePolicy.established(sa, peer, first);
    AuthLifetime.announce(sa, reply);
    if (sa.redirect().isSentAway(reply)) {
      return CompletableFuture.completedFuture(Reply.of(reply));
    }
    if (Childlessness.isRefused(sa, first)) {
      return Childlessness.refuse(sa);
    }
    sa.tickets().grant(reply);
    return Assignment.before(
            sa, first, () -> ChildCreateResponder.inAuth(sa, first, ni, nr).payloads())
        .thenApply(
            child -> {
              reply.addAll(child);
              return Reply.of(reply);
            });
  }
}
