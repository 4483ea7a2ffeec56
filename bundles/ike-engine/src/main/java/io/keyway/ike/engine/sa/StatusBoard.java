package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.engine.base.Worker;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The picture of an IKE SA that many readers share: drawn anew after each step that changed
 * something. With many children not after each step, or bringing them up would be quadratic.
 */
final class StatusBoard {
  private static final int MANY_CHILDREN = 64;
  private static final Duration DELAY = Duration.ofMillis(200);

  private final Worker worker;
  private final Supplier<IkeSaStatus> painter;
  private volatile IkeSaStatus status;
  private boolean changed;
  private boolean waiting;
  private int depth;

  StatusBoard(Worker worker, Supplier<IkeSaStatus> painter) {
    this.worker = worker;
    this.painter = painter;
  }

  /** From any thread. */
  IkeSaStatus status() {
    return status;
  }

  /** A step of the SA begins; steps may lie within each other. */
  void enter() {
    depth++;
  }

  /** A step ended. */
  void leave() {
    depth--;
    publishIfChanged();
  }

  /** Something changed: shown after the present step, or at once when another SA's step did it. */
  void touch() {
    changed = true;
    if (depth == 0) {
      publishIfChanged();
    }
  }

  void publishIfChanged() {
    if (!changed) {
      return;
    }
    if (status == null || status.children().size() < MANY_CHILDREN) {
      publish();
    } else if (!waiting) {
      waiting = true;
      worker.after(
          DELAY,
          () -> {
            waiting = false;
            publish();
          });
    }
  }

  void publish() {
    changed = false;
    status = painter.get();
  }
}
