package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/** Ends a child on both sides (RFC 7296 section 1.4.1): we name it by our inbound SPI. */
final class ChildDeleteTask implements Task {
  private final ChildSa child;
  private final String reason;
  private final boolean superseded;

  ChildDeleteTask(ChildSa child, String reason) {
    this(child, reason, false);
  }

  /** With {@code superseded} the child has a successor, and still receives for a while. */
  ChildDeleteTask(ChildSa child, String reason, boolean superseded) {
    this.child = child;
    this.reason = reason;
    this.superseded = superseded;
  }

  @Override
  public boolean concernsChildren() {
    return true;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.add(DeletePayload.esp(List.of(child.spiIn())));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    // The peer names its half, unless it deletes at the same moment and names nothing
    // (RFC 7296 section 2.25.1); the child is gone in both cases.
    sa.children().end(child, reason, superseded);
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    sa.children().end(child, reason, superseded);
  }
}
