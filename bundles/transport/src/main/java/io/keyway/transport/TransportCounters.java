package io.keyway.transport;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What went through and what was lost, and why. */
final class TransportCounters {

  /** The names are those that operators see. */
  enum Counter {
    RECEIVED("received"),
    DELIVERED("delivered"),
    SENT("sent"),
    /** No engine was attached and the waiting room was full. */
    DROPPED_WAITING_FULL("dropped-waiting-full"),
    /** Waited longer for an engine than it was worth. */
    DROPPED_STALE("dropped-stale"),
    /** A UDP-encapsulated ESP packet: it belongs to a data plane. */
    DROPPED_ESP("dropped-esp-in-udp"),
    /** RFC 3948 section 2.3. */
    NAT_KEEPALIVE("nat-keepalives-received"),
    /** Too short for what its socket expects. */
    DROPPED_SHORT("dropped-short"),
    DROPPED_SEND_FULL("dropped-send-full"),
    SEND_ERRORS("send-errors"),
    RECEIVE_ERRORS("receive-errors"),
    /** The engine or an observer threw. */
    RECEIVER_FAILURES("receiver-failures");

    private final String label;

    Counter(String label) {
      this.label = label;
    }
  }

  private final Map<Counter, LongAdder> values = new EnumMap<>(Counter.class);

  TransportCounters() {
    for (Counter counter : Counter.values()) {
      values.put(counter, new LongAdder());
    }
  }

  void add(Counter counter) {
    values.get(counter).increment();
  }

  void add(Counter counter, long count) {
    values.get(counter).add(count);
  }

  Map<String, Long> snapshot() {
    Map<String, Long> result = new LinkedHashMap<>();
    for (Counter counter : Counter.values()) {
      result.put(counter.label, values.get(counter).sum());
    }
    return result;
  }
}
