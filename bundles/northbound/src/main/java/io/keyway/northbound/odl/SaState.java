package io.keyway.northbound.odl;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.opendaylight.yang.gen.v1.urn.ietf.params.xml.ns.yang.ietf.inet.types.rev130715.IpAddressNoZone;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.IpsecMode;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.child.sas.ChildSa;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.child.sas.ChildSaBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ike.sas.IkeSa;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ike.sas.IkeSaBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.leases.Lease;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.leases.LeaseBuilder;
import org.opendaylight.yangtools.yang.common.Uint64;

/** IKE SAs and CHILD_SAs in the state tree. */
final class SaState {

  private SaState() {}

  static IkeSa ike(String engine, IkeSaStatus sa) {
    return new IkeSaBuilder()
        .setUid(sa.uid())
        .setEngine(engine)
        .setGateway(Values.name(sa.connection()))
        .setState(sa.state())
        .setInitiator(sa.initiator())
        .setInitiatorSpi(Values.ikeSpi(sa.initiatorSpi()))
        .setResponderSpi(Values.ikeSpi(sa.responderSpi()))
        .setLocalAddress(Values.address(sa.local().getAddress()))
        .setLocalPort(Values.port(sa.local().getPort()))
        .setRemoteAddress(Values.address(sa.remote().getAddress()))
        .setRemotePort(Values.port(sa.remote().getPort()))
        .setLocalId(Values.text(sa.localId()))
        .setRemoteId(Values.text(sa.remoteId()))
        .setProposal(Values.text(sa.proposal()))
        .setPpkId(Values.text(sa.ppkId()))
        .setResumed(sa.resumption().resumed())
        .setTicketUntil(Values.time(sa.resumption().ticketUntil()))
        .setNatLocal(sa.natLocal())
        .setNatRemote(sa.natRemote())
        .setMobike(sa.extensions().mobike())
        .setCrashDetection(sa.extensions().crashDetection())
        .setEstablished(Values.time(sa.established()))
        .setRekeyAt(Values.time(sa.rekeyAt()))
        .setVirtualLocalAddress(addresses(sa.addresses().local()))
        .setVirtualRemoteAddress(addresses(sa.addresses().remote()))
        .setDns(addresses(sa.addresses().dns()))
        .setSubnet(
            sa.addresses().subnets().stream()
                .map(TrafficSelector::toString)
                .collect(Collectors.toCollection(LinkedHashSet::new)))
        .setChildSa(uids(sa.children()))
        .build();
  }

  private static Set<IpAddressNoZone> addresses(List<InetAddress> addresses) {
    return addresses.stream()
        .map(Values::address)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  static Lease lease(AddressLease lease) {
    return new LeaseBuilder()
        .setPool(Values.name(lease.pool()))
        .setAddress(Values.address(lease.address()))
        .setIdentity(lease.identity())
        .setOnline(lease.online())
        .setSince(Values.time(Optional.of(lease.since())))
        .setReservedUntil(Values.time(lease.reservedUntil()))
        .build();
  }

  static ChildSa child(String ikeUid, ChildSaStatus sa) {
    return new ChildSaBuilder(details(sa)).setIkeSa(ikeUid).build();
  }

  /** Without the IKE SA, as answers of operations carry it. */
  static ChildSa details(ChildSaStatus sa) {
    return new ChildSaBuilder()
        .setUid(sa.uid())
        .setName(sa.name())
        .setState(sa.state())
        .setDataPlane(Values.name(sa.plane()))
        .setSpiIn(sa.spiIn().map(lease -> Values.espSpi(lease.spi())).orElse(null))
        .setSpiOut(Values.espSpi(sa.spiOut()))
        .setIndex(sa.spiIn().map(SpiLease::index).map(Uint64::valueOf).orElse(null))
        .setProposal(Values.text(sa.proposal()))
        .setEsn(sa.esn())
        .setMode(IpsecMode.ofName(Values.yang(sa.mode())))
        .setSelectors(
            sa.selectors().stream()
                .map(SelectorPair::toString)
                .collect(Collectors.toCollection(LinkedHashSet::new)))
        .setInstalled(Values.time(sa.installed()))
        .setRekeyAt(Values.time(sa.rekeyAt()))
        .setEndsAt(Values.time(sa.endsAt()))
        .build();
  }

  static Set<String> uids(List<ChildSaStatus> children) {
    return children.stream()
        .map(ChildSaStatus::uid)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
