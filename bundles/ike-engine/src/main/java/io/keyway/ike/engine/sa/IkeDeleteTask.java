package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.Payload;
import java.util.List;

/** Tells the peer that the IKE SA ends (RFC 7296 section 1.4.1). */
final class IkeDeleteTask implements Task {
  private final String reason;
  private final List<Payload> before;

  IkeDeleteTask(String reason) {
    this(reason, List.of());
  }

  /** With an error notification that says why (RFC 7296 section 2.21.2). */
  IkeDeleteTask(String reason, int notifyType) {
    this(reason, List.of(NotifyPayload.of(notifyType)));
  }

  private IkeDeleteTask(String reason, List<Payload> before) {
    this.reason = reason;
    this.before = before;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.addAll(before);
    request.add(DeletePayload.ike());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    sa.life().endAgreed(reason);
    return Step.ENDED;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    // Also when the peer is silent the SA ends for the reason it was to end for.
    sa.life().end(reason);
  }
}
