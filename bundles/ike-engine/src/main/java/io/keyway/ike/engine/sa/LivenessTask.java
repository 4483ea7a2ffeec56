package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/** An empty INFORMATIONAL request: any authentic answer proves that the peer lives. */
final class LivenessTask implements Task {
  private final Runnable alive;

  LivenessTask() {
    this(() -> {});
  }

  /** With what to do once the peer has answered. */
  LivenessTask(Runnable alive) {
    this.alive = alive;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    sa.ctx().counters().count("ike-liveness-checks");
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    alive.run();
    return Step.DONE;
  }
}
