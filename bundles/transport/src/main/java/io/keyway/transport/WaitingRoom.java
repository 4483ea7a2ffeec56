package io.keyway.transport;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.transport.TransportCounters.Counter;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Datagrams on their way to the engine. With an engine attached it is empty but for a moment;
 * without one it fills to its bound, and what is not worth an answer any more leaves first. Used by
 * the selector thread alone.
 */
final class WaitingRoom {

  private record Waiting(Datagram datagram, long since) {}

  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final TransportLimits limits;
  private final LongSupplier nanoClock;
  private final TransportCounters counters;

  WaitingRoom(TransportLimits limits, LongSupplier nanoClock, TransportCounters counters) {
    this.limits = limits;
    this.nanoClock = nanoClock;
    this.counters = counters;
  }

  void add(Datagram datagram) {
    dropStale();
    if (queue.size() >= limits.waiting()) {
      counters.add(Counter.DROPPED_WAITING_FULL);
      return;
    }
    queue.add(new Waiting(datagram, nanoClock.getAsLong()));
  }

  Optional<Datagram> take() {
    dropStale();
    return Optional.ofNullable(queue.poll()).map(Waiting::datagram);
  }

  private void dropStale() {
    long now = nanoClock.getAsLong();
    long age = limits.waitingAge().toNanos();
    for (Waiting first = queue.peek();
        first != null && now - first.since() > age;
        first = queue.peek()) {
      queue.poll();
      counters.add(Counter.DROPPED_STALE);
    }
  }
}
