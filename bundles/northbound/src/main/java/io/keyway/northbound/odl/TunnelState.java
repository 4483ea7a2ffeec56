package io.keyway.northbound.odl;

import io.keyway.api.sa.Usage;
import io.keyway.api.tunnel.TunnelStatus;
import java.util.OptionalLong;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.yang.types.rev130715.Counter64;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.Tunnel;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.TunnelBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.tunnel.HeldTrafficBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.tunnel.InboundBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.tunnel.OutboundBuilder;

/** Tunnels in the state tree. */
final class TunnelState {

  private TunnelState() {}

  static Tunnel of(TunnelStatus status) {
    TunnelBuilder builder =
        new TunnelBuilder()
            .setName(new EntryName(status.name()))
            .setGateway(Values.name(status.gateway()))
            .setDataPlane(Values.name(status.dataPlane()))
            .setStatus(Tunnel.Status.ofName(Values.yang(status.phase())))
            .setReason(Values.text(status.reason()))
            .setHeld(status.held())
            .setSince(Values.time(status.since()))
            .setRekeys(Values.counter(status.rekeys()))
            .setAcquires(counter(status.acquires()))
            .setChildSa(SaState.uids(status.children()));
    if (!status.outbound().equals(Usage.ABSENT)) {
      builder.setOutbound(
          new OutboundBuilder()
              .setPackets(counter(status.outbound().packets()))
              .setBytes(counter(status.outbound().bytes()))
              .build());
    }
    if (!status.inbound().equals(Usage.ABSENT)) {
      builder.setInbound(
          new InboundBuilder()
              .setPackets(counter(status.inbound().packets()))
              .setBytes(counter(status.inbound().bytes()))
              .build());
    }
    if (!status.heldTraffic().equals(Usage.ABSENT)) {
      builder.setHeldTraffic(
          new HeldTrafficBuilder()
              .setPackets(counter(status.heldTraffic().packets()))
              .setBytes(counter(status.heldTraffic().bytes()))
              .build());
    }
    return builder.build();
  }

  private static Counter64 counter(OptionalLong value) {
    return value.isPresent() ? Values.counter(value.getAsLong()) : null;
  }
}
