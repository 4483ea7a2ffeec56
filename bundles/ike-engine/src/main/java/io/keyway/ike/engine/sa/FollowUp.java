package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An answered CREATE_CHILD_SA whose additional key exchanges are still to come, each in an
 * IKE_FOLLOWUP_KE exchange (RFC 9370 section 2.2.4); the responder's side. An opaque link, another
 * one each time, ties the next exchange to it. The window has room for one exchange, so there is
 * one of these per IKE SA at most.
 */
final class FollowUp {
  /** What happens with all secrets, and with the payloads that answer the last exchange. */
  interface Completion {
    CompletableFuture<Reply> complete(List<SecretBytes> secrets, List<Payload> answer);
  }

  private final IkeSa sa;
  private final Deque<KeyExchangeMethod> left;
  private final Completion completion;
  private final Runnable dropped;
  private final List<SecretBytes> secrets = new ArrayList<>();
  private Octets link;
  private Worker.Timer timer = Worker.Timer.NONE;

  private FollowUp(
      IkeSa sa, List<KeyExchangeMethod> methods, Completion completion, Runnable dropped) {
    this.sa = sa;
    this.left = new ArrayDeque<>(methods);
    this.completion = completion;
    this.dropped = dropped;
  }

  /**
   * Waits for the exchanges.
   *
   * @param dropped runs instead of the completion when they do not come
   * @return the notification for the answer to CREATE_CHILD_SA
   */
  static NotifyPayload await(
      IkeSa sa, List<KeyExchangeMethod> methods, Completion completion, Runnable dropped) {
    if (sa.followUp() != null) {
      sa.followUp().drop("the peer started another one");
    }
    FollowUp pending = new FollowUp(sa, methods, completion, dropped);
    sa.setFollowUp(pending);
    pending.timer =
        sa.after(
            sa.ctx().settings().halfOpenTimeout(), () -> pending.drop("the peer did not go on"));
    return pending.next();
  }

  private NotifyPayload next() {
    link = Octets.ofLong(sa.ctx().newSpi());
    return NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, link);
  }

  /** Ends it without a result. */
  void drop(String reason) {
    IkeLog.IKE.info(sa, "additional key exchanges were not finished: {}", reason);
    forget();
    secrets.forEach(SecretBytes::close);
    dropped.run();
  }

  private void forget() {
    timer.cancel();
    if (sa.followUp() == this) {
      sa.setFollowUp(null);
    }
  }

  /** Answers IKE_FOLLOWUP_KE. */
  static CompletableFuture<Reply> answer(IkeSa sa, IkeMessage request) {
    FollowUp pending = sa.followUp();
    Octets given =
        request
            .notification(NotifyType.ADDITIONAL_KEY_EXCHANGE)
            .map(NotifyPayload::data)
            .orElse(Octets.EMPTY);
    if (pending == null || !pending.link.equals(given)) {
      return CompletableFuture.completedFuture(
          Refusal.of(
              sa, NotifyType.STATE_NOT_FOUND, "IKE_FOLLOWUP_KE that belongs to nothing here"));
    }
    return pending.agree(request);
  }

  private CompletableFuture<Reply> agree(IkeMessage request) {
    KeyExchangeMethod method = left.getFirst();
    KePayload ke = request.first(KePayload.class).orElse(null);
    KeyAgreementResult result =
        ke == null || ke.group() != method.ianaId()
            ? new KeyAgreementResult.Refused("no " + method.keyword() + " value, which is due")
            : sa.ctx().crypto().keyExchange(method).respond(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Refused refused) {
      drop(refused.reason());
      return CompletableFuture.completedFuture(
          Refusal.of(sa, NotifyType.INVALID_SYNTAX, refused.reason()));
    }
    KeyAgreementResult.Agreed agreed = (KeyAgreementResult.Agreed) result;
    secrets.add(agreed.sharedSecret());
    left.removeFirst();
    sa.ctx().counters().count("ike-additional-key-exchanges");
    List<Payload> answer = new ArrayList<>();
    answer.add(new KePayload(method.ianaId(), Octets.copyOf(agreed.publicValue())));
    if (!left.isEmpty()) {
      answer.add(next());
      return CompletableFuture.completedFuture(Reply.of(answer));
    }
    forget();
    return completion
        .complete(List.copyOf(secrets), answer)
        .whenComplete((reply, error) -> secrets.forEach(SecretBytes::close));
  }
}
