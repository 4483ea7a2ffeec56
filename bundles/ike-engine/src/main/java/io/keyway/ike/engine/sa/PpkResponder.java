package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.PpkSettings;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A post-quantum pre-shared key as responder (RFC 8784 section 3): decides at the initiator's AUTH
 * whether one is used. With EAP that is the AUTH at its end; the AUTH that a responder sends before
 * is made with the keys as IKE_SA_INIT left them.
 */
final class PpkResponder {
  private final IkeSa sa;
  private boolean decided;

  PpkResponder(IkeSa sa) {
    this.sa = sa;
  }

  /**
   * Mixes the key in when the peer names one that we have, at its first AUTH. Completes on the
   * worker.
   *
   * @param auth of the request
   * @param reply gets what tells the peer of it
   * @return the AUTH to be verified: the peer's, or the one that it sent for who has no PPK; or why
   *     the peer is refused
   */
  CompletableFuture<Result<AuthPayload>> decide(
      IkeMessage request, AuthPayload auth, List<Payload> reply) {
    if (decided) {
      return CompletableFuture.completedFuture(Result.ok(auth));
    }
    decided = true;
    PpkSettings settings = sa.config().authentication().ppk();
    Optional<NotifyPayload> identity = request.notification(NotifyType.PPK_IDENTITY);
    if (identity.isEmpty() || !sa.handshake().usePpk) {
      return CompletableFuture.completedFuture(
          settings.required()
              ? refused(
                  "the peer names no PPK, which is required; configure one of the same id there,"
                      + " or set ppk required false here")
              : Result.ok(auth));
    }
    Optional<String> id = PpkKeys.named(identity.get());
    if (id.isEmpty()) {
      return CompletableFuture.completedFuture(
          without(request, auth, "the peer's PPK_ID is not one that can be configured here"));
    }
    return PpkKeys.fetch(sa, id.get())
        .thenApply(
            result -> {
              if (!result.done()) {
                return without(
                    request,
                    auth,
                    "the peer names PPK '" + id.get() + "': " + result.outcome().reason());
              }
              try (SecretBytes ppk = result.value().get()) {
                if (!sa.isDead()) {
                  sa.crypto().mix(ppk, id.get());
                  PpkKeys.used(sa);
                  reply.add(NotifyPayload.of(NotifyType.PPK_IDENTITY));
                }
              }
              return Result.ok(auth);
            });
  }

  /** Goes on as if there were no PPKs, where both sides allow it. */
  private Result<AuthPayload> without(IkeMessage request, AuthPayload auth, String why) {
    Optional<NotifyPayload> plain = request.notification(NotifyType.NO_PPK_AUTH);
    if (sa.config().authentication().ppk().required()) {
      return refused(why + ", and a PPK is required here");
    }
    if (plain.isEmpty()) {
      return refused(why + ", and the peer requires it");
    }
    IkeLog.IKE.warn(sa, "{}; the IKE SA goes on without any", why);
    sa.ctx().counters().count("ike-ppk-not-used");
    return Result.ok(new AuthPayload(auth.method(), plain.get().data()));
  }

  private static Result<AuthPayload> refused(String reason) {
    return Result.failed(Outcome.refused(reason));
  }
}
