package io.keyway.api.ike;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport.Datagram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * IKE by way of a data plane, for gateway addresses that live there and not on this machine. The
 * {@link IkeTransport} asks every relay before it opens a socket of its own.
 */
public interface IkeRelay {

  /**
   * Whether IKE of this address goes this way, contact or not. Answers from memory, and may change
   * with the configuration.
   */
  boolean owns(InetAddress local);

  /**
   * Whether datagrams of this address, port and framing can be carried at all.
   *
   * @return OK, or REFUSED with what to change
   */
  Outcome check(InetSocketAddress local, boolean marker);

  /** Sends, or tells why not; never blocks. Loss is possible, as in any network. */
  Outcome send(Datagram datagram);

  /** Attaches the one receiver, on threads of the relay; it must not block. */
  Registration attach(Consumer<Datagram> receiver);
}
