package io.keyway.ike.engine.lab;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** A network of one wire; the test decides what happens to each datagram. */
public final class Net {
  /** Time of flight. */
  public static final Duration LATENCY = Duration.ofMillis(5);

  /** Arrivals of one datagram: delays after which a copy comes; none is a loss. */
  public interface Weather extends Function<IkeTransport.Datagram, List<Duration>> {}

  private final VirtualTime time;
  private final Map<InetSocketAddress, Port> bound = new HashMap<>();
  private final List<IkeTransport.Datagram> sent = new ArrayList<>();
  private int arrived;
  private Weather weather = datagram -> List.of(LATENCY);
  private Function<IkeTransport.Datagram, IkeTransport.Datagram> nat = d -> d;

  public Net(VirtualTime time) {
    this.time = time;
  }

  /** A transport for one engine. */
  public Port port() {
    return new Port();
  }

  public void setWeather(Weather newWeather) {
    weather = newWeather;
  }

  public void fine() {
    weather = datagram -> List.of(LATENCY);
  }

  /** Everything is lost. */
  public void dead() {
    weather = datagram -> List.of();
  }

  /** Rewrites addresses on the way. */
  public void setNat(Function<IkeTransport.Datagram, IkeTransport.Datagram> translation) {
    nat = translation;
  }

  /** Everything that was sent, in order. */
  public List<IkeTransport.Datagram> sent() {
    return sent;
  }

  /** How many datagrams came to the end of the wire, copies counted. */
  public int arrived() {
    return arrived;
  }

  /** Puts a datagram on the wire that no engine sent. */
  public void inject(IkeTransport.Datagram datagram) {
    for (Duration delay : weather.apply(datagram)) {
      time.after(delay, () -> arrive(nat.apply(datagram)));
    }
  }

  /** Puts a datagram at the end of the wire, whatever the weather. */
  public void deliver(IkeTransport.Datagram datagram) {
    arrive(nat.apply(datagram));
  }

  private void arrive(IkeTransport.Datagram datagram) {
    arrived++;
    Port port = bound.get(datagram.remote());
    if (port != null && port.receiver != null) {
      port.receiver.accept(
          new IkeTransport.Datagram(
              datagram.remote(), datagram.local(), datagram.marker(), datagram.octets().clone()));
    }
  }

  /** One engine's access to the network. */
  public final class Port implements IkeTransport {
    private Consumer<Datagram> receiver;

    @Override
    public Outcome bind(InetSocketAddress local, boolean marker) {
      Port holder = bound.putIfAbsent(local, this);
      if (holder == null) {
        return Outcome.ok();
      }
      return holder == this ? Outcome.same() : Outcome.refused("address in use: " + local);
    }

    @Override
    public Outcome unbind(InetSocketAddress local) {
      return bound.remove(local, this) ? Outcome.ok() : Outcome.absent("not bound");
    }

    /** As when its process ends. */
    void unbindAll() {
      bound.values().removeIf(holder -> holder == this);
    }

    @Override
    public Outcome send(Datagram datagram) {
      sent.add(datagram);
      inject(datagram);
      return Outcome.ok();
    }

    @Override
    public Registration attach(Consumer<Datagram> newReceiver) {
      receiver = newReceiver;
      return () -> {
        if (receiver == newReceiver) {
          receiver = null;
        }
      };
    }

    @Override
    public Registration observe(Observer observer) {
      throw new UnsupportedOperationException("no test needs it");
    }
  }
}
