package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.sa.SpiLease;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * Ends a child that the peer made and we did not: its answer was not acceptable, the plane refused
 * it, or it lost against the peer's rekey. The SPI goes back once the peer cannot use it any more.
 */
final class PhantomDeleteTask implements Task {
  private final SpiLease lease;
  private final boolean unused;

  /** With {@code unused} no SA ever came to use the lease, so that nobody else gives it back. */
  PhantomDeleteTask(SpiLease lease, boolean unused) {
    this.lease = lease;
    this.unused = unused;
  }

  @Override
  public boolean concernsChildren() {
    return true;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    request.add(DeletePayload.esp(List.of(lease.spi().bits())));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    release(sa);
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    release(sa);
  }

  private void release(IkeSa sa) {
    if (unused) {
      new Installer(sa).release(lease);
    }
  }
}
