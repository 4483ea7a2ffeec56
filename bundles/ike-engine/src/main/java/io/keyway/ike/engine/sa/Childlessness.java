package io.keyway.ike.engine.sa;

import io.keyway.api.ike.Childless;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** IKE SAs that begin without a child (RFC 6023), as each connection wants them. */
final class Childlessness {
  private Childlessness() {}

  private static Childless mode(IkeSa sa) {
    return sa.config().options().childless();
  }

  /** As responder in IKE_SA_INIT. */
  static void announce(Childless mode, List<Payload> reply) {
    if (mode != Childless.NEVER) {
      reply.add(NotifyPayload.of(NotifyType.CHILDLESS_IKEV2_SUPPORTED));
    }
  }

  /** As initiator, whether IKE_AUTH takes no child along. */
  static boolean isChosen(IkeSa sa) {
    boolean wanted = mode(sa) == Childless.PREFER || mode(sa) == Childless.FORCE;
    return wanted && sa.handshake().peerTakesChildless;
  }

  /** As initiator, why there can be no IKE SA; empty when there can. */
  static Optional<String> problem(IkeSa sa) {
    return mode(sa) == Childless.FORCE && !sa.handshake().peerTakesChildless
        ? Optional.of(
            "peer "
                + sa.path().peer()
                + " takes no IKE SA without a child (RFC 6023), and childless is force; set prefer")
        : Optional.empty();
  }

  /** As responder, whether a peer begins without a child though it must not. */
  static boolean isRefused(IkeSa sa, IkeMessage first) {
    return mode(sa) == Childless.NEVER && first.first(SaPayload.class).isEmpty();
  }

  static CompletableFuture<Reply> refuse(IkeSa sa) {
    sa.ctx().counters().count(CounterNames.failure(NotifyType.INVALID_SYNTAX));
    return CompletableFuture.completedFuture(
        Reply.notification(NotifyType.INVALID_SYNTAX)
            .then(
                () ->
                    sa.life()
                        .end("the peer began without a child, and childless is never (RFC 6023)")));
  }

  /** As responder, whether a child in IKE_AUTH has to be asked for again by CREATE_CHILD_SA. */
  static boolean isTooEarly(IkeSa sa) {
    return mode(sa) == Childless.FORCE;
  }
}
