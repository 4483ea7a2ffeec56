package io.keyway.api.ike;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Sends and receives IKE datagrams. Local addresses stay bound, and a bounded number of datagrams
 * waits, while an engine is being replaced.
 */
public interface IkeTransport {

  /**
   * One IKE datagram, without the non-ESP marker, which the transport adds and removes.
   *
   * @param local our address and port
   * @param remote the peer's address and port
   * @param marker carried with the non-ESP marker (RFC 3948 section 2.2), as on port 4500
   * @param octets from the IKE header on; not to be changed by anybody after hand-over
   */
  record Datagram(
      InetSocketAddress local, InetSocketAddress remote, boolean marker, byte[] octets) {
    @Override
    public String toString() {
      return "Datagram[" + local + " - " + remote + ", " + octets.length + " octets]";
    }
  }

  /**
   * Makes sure that a local address is bound; idempotent.
   *
   * @param marker datagrams of this socket carry the non-ESP marker
   * @return REFUSED with the system's reason, such as a port in use or a missing privilege
   */
  Outcome bind(InetSocketAddress local, boolean marker);

  /**
   * Whether an address of ours lives on a data plane, so that it can be used although this machine
   * does not have it.
   */
  default boolean elsewhere(InetAddress local) {
    return false;
  }

  /** Gives a local address up; ABSENT when it was not bound. */
  Outcome unbind(InetSocketAddress local);

  /** Queues a datagram for sending; never blocks. Loss is possible, as in any network. */
  Outcome send(Datagram datagram);

  /**
   * Attaches the one receiver; what waited is delivered first. The receiver must not block. Closing
   * the registration detaches it, and datagrams wait again.
   */
  Registration attach(Consumer<Datagram> receiver);

  /**
   * Lets an observer see every datagram that was sent or received, with the direction; for captures
   * and counters. The observer must not block.
   */
  Registration observe(Observer observer);

  /** What went through and what was dropped and why, by name, since the transport started. */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Sees datagrams go by. */
  @FunctionalInterface
  interface Observer {
    void seen(boolean sent, Datagram datagram);
  }
}
