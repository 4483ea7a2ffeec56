package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.List;

/** A request that is refused: the peer gets the notification, the log the reason, and it counts. */
final class Refusal {
  private Refusal() {}

  static Reply of(IkeSa sa, int notifyType, String reason) {
    return of(sa, NotifyPayload.of(notifyType), reason);
  }

  /** RFC 7296 section 2.5: the payload type is named by one octet. */
  static Reply ofCritical(IkeSa sa, int payloadType, String reason) {
    Octets type = Octets.copyOf(new byte[] {(byte) payloadType});
    return of(sa, NotifyPayload.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, type), reason);
  }

  private static Reply of(IkeSa sa, NotifyPayload notification, String reason) {
    sa.ctx().counters().count(CounterNames.failure(notification.type()));
    IkeLog.IKE.warn(
        sa, "request refused with {}: {}", NotifyType.name(notification.type()), reason);
    return Reply.of(List.of(notification));
  }
}
