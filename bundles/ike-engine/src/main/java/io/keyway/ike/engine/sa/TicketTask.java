package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.List;

/** Asks for another ticket in INFORMATIONAL, as client (RFC 5723 section 4.1). */
final class TicketTask implements Task {
  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.add(NotifyPayload.of(NotifyType.TICKET_REQUEST));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    sa.tickets().take(response);
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    // The ticket there is stays good for its time.
  }
}
