package io.keyway.transport;

import java.time.Duration;

/**
 * Bounds of the transport.
 *
 * @param waiting datagrams kept while no engine is attached; more are dropped and counted
 * @param waitingAge how long a datagram is worth keeping: peers repeat a request within seconds, so
 *     older ones would only be answered twice
 * @param sending datagrams per socket kept while the system's send buffer is full
 * @param socketBuffer octets asked of the system for each socket's receive and send buffer; the
 *     system may grant less
 */
public record TransportLimits(int waiting, Duration waitingAge, int sending, int socketBuffer) {
  public static final TransportLimits DEFAULT =
      new TransportLimits(8192, Duration.ofSeconds(30), 4096, 4 << 20);

  public TransportLimits {
    if (waiting < 1 || sending < 1 || socketBuffer < 65536 || waitingAge.toMillis() < 1) {
      throw new IllegalArgumentException(
          "transport limits too small: waiting and sending at least 1, age at least 1 ms, socket"
              + " buffer at least 65536 octets");
    }
  }
}
