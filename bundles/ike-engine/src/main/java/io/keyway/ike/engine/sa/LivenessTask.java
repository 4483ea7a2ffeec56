package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;

/** An empty INFORMATIONAL request: any authentic answer proves that the peer lives. */
final class LivenessTask implements Task {
  private final Runnable alive;
  private final Runnable unknown;

  LivenessTask() {
    this(() -> {}, () -> {});
  }

  /** With what to do once the peer has answered, or when it will not be known. */
  LivenessTask(Runnable alive, Runnable unknown) {
    this.alive = alive;
    this.unknown = unknown;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    sa.ctx().counters().count("ike-liveness-checks");
    sa.mobike().addNatDetection(request);
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    sa.mobike().checkMapping(response);
    alive.run();
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    unknown.run();
  }
}
