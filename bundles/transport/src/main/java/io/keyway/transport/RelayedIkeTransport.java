package io.keyway.transport;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeRelay;
import io.keyway.api.ike.IkeTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The transport that an engine sees: addresses that live on a data plane go by way of its relay,
 * all others by sockets. What relays bring waits in the same room as what sockets bring, so an
 * engine that is replaced misses as little of either.
 *
 * <p>An address that changes sides, because a data plane is configured or not any more, is moved at
 * the next datagram or bind; a socket that stood in its place is closed.
 */
public final class RelayedIkeTransport implements IkeTransport {

  private final UdpIkeTransport sockets;
  private final Map<IkeRelay, Registration> relays = new ConcurrentHashMap<>();

  /** What engines bound, whichever way it goes, with its framing. */
  private final Map<InetSocketAddress, Boolean> bound = new ConcurrentHashMap<>();

  /** Which of that has a socket. */
  private final Map<InetSocketAddress, Boolean> ofSockets = new ConcurrentHashMap<>();

  public RelayedIkeTransport(UdpIkeTransport sockets) {
    this.sockets = sockets;
  }

  /** A data plane came that may carry IKE. */
  public void add(IkeRelay relay) {
    relays.put(relay, relay.attach(datagram -> came(relay, datagram)));
  }

  /** It went. Its addresses are bound to sockets when they are used the next time. */
  public void remove(IkeRelay relay) {
    Registration registration = relays.remove(relay);
    if (registration != null) {
      registration.close();
    }
  }

  private Optional<IkeRelay> relayOf(InetAddress local) {
    if (relays.isEmpty()) {
      return Optional.empty(); // Each datagram comes by here, and most systems have no relay.
    }
    return relays.keySet().stream().filter(relay -> relay.owns(local)).findFirst();
  }

  /** Nobody bound it, or it lives elsewhere: a datagram that is not for us. */
  private void came(IkeRelay relay, Datagram datagram) {
    Boolean marker = bound.get(datagram.local());
    if (marker != null
        && marker == datagram.marker()
        && relay.owns(datagram.local().getAddress())) {
      sockets.inject(datagram);
    }
  }

  @Override
  public Outcome bind(InetSocketAddress local, boolean marker) {
    Optional<IkeRelay> relay =
        local.isUnresolved() ? Optional.empty() : relayOf(local.getAddress());
    if (relay.isEmpty()) {
      Outcome outcome = sockets.bind(local, marker);
      if (outcome.done()) {
        bound.put(local, marker);
        ofSockets.put(local, marker);
      }
      return outcome;
    }
    closeSocket(local);
    Outcome outcome = relay.get().check(local, marker);
    return outcome.done() ? marker(local, marker) ? Outcome.same() : Outcome.ok() : outcome;
  }

  /** True when it was bound so before. */
  private boolean marker(InetSocketAddress local, boolean marker) {
    Boolean before = bound.put(local, marker);
    return before != null && before == marker;
  }

  private void closeSocket(InetSocketAddress local) {
    if (ofSockets.remove(local) != null) {
      sockets.unbind(local);
    }
  }

  @Override
  public boolean elsewhere(InetAddress local) {
    return relayOf(local).isPresent();
  }

  @Override
  public Outcome unbind(InetSocketAddress local) {
    Boolean known = bound.remove(local);
    if (ofSockets.remove(local) != null) {
      return sockets.unbind(local);
    }
    return known == null ? Outcome.absent(local + " is not bound") : Outcome.ok();
  }

  @Override
  public Outcome send(Datagram datagram) {
    Optional<IkeRelay> relay = relayOf(datagram.local().getAddress());
    if (relay.isEmpty()) {
      Boolean marker = bound.get(datagram.local());
      if (marker != null && !ofSockets.containsKey(datagram.local())) {
        Outcome again = bind(datagram.local(), marker);
        if (!again.done()) {
          return again;
        }
      }
      return sockets.send(datagram);
    }
    Boolean marker = bound.get(datagram.local());
    if (marker == null) {
      return Outcome.unavailable(datagram.local() + " is not bound; bind it before sending");
    }
    if (marker != datagram.marker()) {
      return Outcome.refused(
          datagram.local()
              + " is bound "
              + (marker ? "with" : "without")
              + " the non-ESP marker, and the datagram says otherwise");
    }
    closeSocket(datagram.local());
    Outcome outcome = relay.get().send(datagram);
    if (outcome.done()) {
      sockets.relayed(datagram);
    }
    return outcome;
  }

  @Override
  public Registration attach(Consumer<Datagram> receiver) {
    return sockets.attach(receiver);
  }

  @Override
  public Registration observe(Observer observer) {
    return sockets.observe(observer);
  }

  @Override
  public Map<String, Long> counters() {
    return new LinkedHashMap<>(sockets.counters());
  }
}
