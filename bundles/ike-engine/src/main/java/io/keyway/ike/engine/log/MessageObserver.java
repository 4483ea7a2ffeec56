package io.keyway.ike.engine.log;

import io.keyway.ike.engine.base.EngineCounters;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * Sees every message once, in clear: when it is made, and when it was opened and found authentic.
 * Repetitions are not seen again.
 */
public final class MessageObserver {
  private final EngineCounters counters;
  private final MessageTrace trace;

  public MessageObserver(EngineCounters counters, MessageTrace trace) {
    this.counters = counters;
    this.trace = trace;
  }

  public MessageTrace trace() {
    return trace;
  }

  /** A message of an IKE SA that we made. */
  public void sent(
      LogSubject subject, String connection, IkeHeader header, List<Payload> payloads) {
    count(header, payloads, false);
    show(subject, connection, false, header, payloads);
  }

  /** A message of an IKE SA that was opened. */
  public void received(
      LogSubject subject, String connection, IkeHeader header, List<Payload> payloads) {
    count(header, payloads, true);
    show(subject, connection, true, header, payloads);
  }

  /** One that was counted when it belonged to no IKE SA yet. */
  public void trace(
      LogSubject subject, String connection, IkeHeader header, List<Payload> payloads) {
    show(subject, connection, true, header, payloads);
  }

  /** Counts a message by its exchange, and what it notifies of. */
  public void count(IkeHeader header, List<Payload> payloads, boolean received) {
    counters.count(CounterNames.exchange(header, received));
    for (Payload payload : payloads) {
      if (payload instanceof NotifyPayload notify) {
        counters.count(CounterNames.notification(notify.type(), received));
      }
    }
  }

  private void show(
      LogSubject subject,
      String connection,
      boolean received,
      IkeHeader header,
      List<Payload> payloads) {
    if (IkeLog.ENC.isDebug()) {
      IkeLog.ENC.debug(
          subject,
          "{} {}",
          received ? "parsed" : "generating",
          MessagePrinter.summary(header, payloads));
    }
    trace.message(subject, connection, received, header, payloads);
  }
}
