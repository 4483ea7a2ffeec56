package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One concern of an exchange that we start. An exchange is an ordered list of tasks: each prepares,
 * each adds payloads to the request, each looks at the response. All calls come on the SA's worker,
 * and always name the SA, because a queued task may move to the SA's successor.
 */
interface Task {
  /** What a task says after it saw a response. */
  enum Step {
    /** Nothing left to do. */
    DONE,
    /** The same exchange goes on with another request, to which this task adds again. */
    AGAIN,
    /**
     * The same exchange goes on with another request, to which only this task adds; those behind it
     * wait for the last response.
     */
    ALONE,
    /** The IKE SA ends, now or once the peer heard of it; nobody else looks at the response. */
    ENDED
  }

  /**
   * Fetches what the request needs. Completes on the worker; any other outcome than done ends the
   * exchange before anything was sent, and {@link #abandon} follows.
   */
  default CompletableFuture<Outcome> prepare(IkeSa sa) {
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  /**
   * Whether {@link #prepare} may take its time. An exchange without such a task may overtake one
   * that is still being prepared: what a plane waits for may be the very deletion behind it.
   */
  default boolean takesTime() {
    return false;
  }

  /**
   * Asked again right before the request is built: much may have happened during the preparation.
   *
   * @return any other outcome than done ends the exchange, and {@link #abandon} follows
   */
  default Outcome stillDue(IkeSa sa) {
    return Outcome.ok();
  }

  /** Adds payloads; called once for each request, not for a retransmission. */
  void build(IkeSa sa, List<Payload> request);

  /** Done at once. */
  CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

  /**
   * Looks at a response where that may take time, before {@link #process}. Completes on the worker,
   * always normally.
   */
  default CompletableFuture<Void> examine(IkeSa sa, IkeMessage response) {
    return NOTHING;
  }

  Step process(IkeSa sa, IkeMessage response);

  /** The exchange type of the next request after {@link Step#AGAIN}. */
  default int nextExchange(int type) {
    return type;
  }

  /** There will be no response, or no request. Called at most once, and never after DONE. */
  default void abandon(IkeSa sa, Outcome why) {}

  /** Whether the task makes, replaces or ends a child (RFC 7296 section 2.25). */
  default boolean concernsChildren() {
    return false;
  }
}
