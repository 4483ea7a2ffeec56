package io.keyway.transport.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeRelay;
import io.keyway.api.ike.IkeTransport;
import io.keyway.transport.RelayedIkeTransport;
import io.keyway.transport.TransportLimits;
import io.keyway.transport.UdpIkeTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the transport. Immediate, because a delayed component would be thrown away, with its
 * sockets and queues, when the engine goes for an update.
 */
@Component(service = IkeTransport.class, immediate = true, configurationPid = "io.keyway.transport")
@Designate(ocd = OsgiIkeTransport.Config.class)
public final class OsgiIkeTransport implements IkeTransport {
  private static final Logger LOG = LoggerFactory.getLogger(OsgiIkeTransport.class);

  /** Bounds; a change closes the sockets, and the engine binds them anew. */
  @ObjectClassDefinition(name = "Keyway IKE transport")
  public @interface Config {
    @AttributeDefinition(description = "Datagrams kept while no engine is attached")
    int waiting() default 8192;

    @AttributeDefinition(description = "Seconds after which a kept datagram is dropped")
    int waitingSeconds() default 30;

    @AttributeDefinition(description = "Datagrams per socket kept while the system has no room")
    int sending() default 4096;

    @AttributeDefinition(description = "Octets asked of the system for each socket buffer")
    int socketBuffer() default 4 << 20;
  }

  private final UdpIkeTransport sockets;
  private final RelayedIkeTransport transport;

  @Activate
  public OsgiIkeTransport(Config config) throws IOException {
    this.sockets =
        UdpIkeTransport.start(
            new TransportLimits(
                config.waiting(),
                Duration.ofSeconds(config.waitingSeconds()),
                config.sending(),
                config.socketBuffer()),
            System::nanoTime,
            task -> {
              Thread thread = new Thread(task, "keyway-ike-transport");
              thread.setDaemon(true);
              return thread;
            });
    this.transport = new RelayedIkeTransport(sockets);
  }

  /** A method and no field: the constructor has run before, so there is something to add to. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindRelay(IkeRelay relay) {
    transport.add(relay);
  }

  void unbindRelay(IkeRelay relay) {
    transport.remove(relay);
  }

  @Deactivate
  void deactivate() {
    sockets.close();
    LOG.info("IKE transport stopped: {}", transport.counters());
  }

  @Override
  public Outcome bind(InetSocketAddress local, boolean marker) {
    return transport.bind(local, marker);
  }

  @Override
  public boolean elsewhere(InetAddress local) {
    return transport.elsewhere(local);
  }

  @Override
  public Outcome unbind(InetSocketAddress local) {
    return transport.unbind(local);
  }

  @Override
  public Outcome send(Datagram datagram) {
    return transport.send(datagram);
  }

  @Override
  public Registration attach(Consumer<Datagram> receiver) {
    return transport.attach(receiver);
  }

  @Override
  public Registration observe(Observer observer) {
    return transport.observe(observer);
  }

  @Override
  public Map<String, Long> counters() {
    return transport.counters();
  }
}
