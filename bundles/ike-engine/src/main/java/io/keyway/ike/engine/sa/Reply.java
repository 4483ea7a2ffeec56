package io.keyway.ike.engine.sa;

import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * The answer to a request of the peer.
 *
 * @param payloads of the response
 * @param afterwards runs once the response was sent
 */
record Reply(List<Payload> payloads, Runnable afterwards) {
  private static final Runnable NOTHING = () -> {};

  static Reply of(List<Payload> payloads) {
    return new Reply(payloads, NOTHING);
  }

  static Reply empty() {
    return of(List.of());
  }

  static Reply notification(int type) {
    return of(List.of(NotifyPayload.of(type)));
  }

  Reply then(Runnable action) {
    return new Reply(payloads, action);
  }
}
