package io.keyway.ike.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A header with its payloads in wire order. */
public record IkeMessage(IkeHeader header, List<Payload> payloads) {
  public IkeMessage {
    payloads = List.copyOf(payloads);
  }

  /** The first payload of a class. */
  public <P extends Payload> Optional<P> first(Class<P> type) {
    return Payload.first(payloads, type);
  }

  /** All payloads of a class in wire order. */
  public <P extends Payload> List<P> all(Class<P> type) {
    List<P> found = new ArrayList<>();
    for (Payload payload : payloads) {
      if (type.isInstance(payload)) {
        found.add(type.cast(payload));
      }
    }
    return found;
  }

  /** The first notification of a type. */
  public Optional<NotifyPayload> notification(int type) {
    for (Payload payload : payloads) {
      if (payload instanceof NotifyPayload notify && notify.type() == type) {
        return Optional.of(notify);
      }
    }
    return Optional.empty();
  }

  public boolean has(int notifyType) {
    return notification(notifyType).isPresent();
  }

  /** The first error notification, if there is one. */
  public Optional<NotifyPayload> error() {
    for (Payload payload : payloads) {
      if (payload instanceof NotifyPayload notify && NotifyType.isError(notify.type())) {
        return Optional.of(notify);
      }
    }
    return Optional.empty();
  }
}
