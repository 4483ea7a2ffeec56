package io.keyway.emulator.infrap4d.osgi;

import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The wires of this container by name. Watches IKE as well, so that a capture holds the exchange
 * that the packets in it go back to.
 */
@Component(service = OsgiWires.class)
public final class OsgiWires {
  private final Map<String, Wire> wires = new ConcurrentHashMap<>();
  private final Map<IkeTransport, Registration> taps = new ConcurrentHashMap<>();

  @Activate
  public OsgiWires() {
    // Wires come into being when a device names them.
  }

  /** The wire of a name; the same for everybody. */
  Wire named(String name) {
    return wires.computeIfAbsent(name, n -> new Wire(n, InstantSource.system()));
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTransport(IkeTransport transport) {
    taps.put(transport, transport.observe(this::seen));
  }

  void unbindTransport(IkeTransport transport) {
    Registration tap = taps.remove(transport);
    if (tap != null) {
      tap.close();
    }
  }

  private void seen(boolean sent, IkeTransport.Datagram datagram) {
    for (Wire wire : wires.values()) {
      wire.recordIke(
          sent,
          sent ? datagram.local() : datagram.remote(),
          sent ? datagram.remote() : datagram.local(),
          datagram.marker(),
          datagram.octets());
    }
  }

  @Deactivate
  void deactivate() {
    taps.values().forEach(Registration::close);
    taps.clear();
    wires.values().forEach(Wire::stopCapture);
  }
}
