package io.keyway.northbound.odl;

import io.keyway.api.ike.AddressLease;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.Ipsec;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.State;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ChildSas;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.Configuration;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.DataPlanes;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.Engines;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.IkeSas;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.Leases;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.SecurityPolicies;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.Tunnels;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.child.sas.ChildSa;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.child.sas.ChildSaKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.configuration.Problem;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.configuration.ProblemKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.DataPlane;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.DataPlaneKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.Engine;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.EngineKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ike.sas.IkeSa;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ike.sas.IkeSaKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.leases.Lease;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.leases.LeaseKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.security.policies.SecurityPolicy;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.security.policies.SecurityPolicyKey;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.Tunnel;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.tunnels.TunnelKey;
import org.opendaylight.yangtools.yang.binding.InstanceIdentifier;

/** Paths of the state tree. */
final class StatePaths {

  static final InstanceIdentifier<State> STATE =
      InstanceIdentifier.builder(Ipsec.class).child(State.class).build();
  static final InstanceIdentifier<Configuration> CONFIGURATION = STATE.child(Configuration.class);

  private StatePaths() {}

  static InstanceIdentifier<Problem> problem(String entry) {
    return CONFIGURATION.child(Problem.class, new ProblemKey(entry));
  }

  static InstanceIdentifier<Tunnel> tunnel(String name) {
    return STATE.child(Tunnels.class).child(Tunnel.class, new TunnelKey(new EntryName(name)));
  }

  static InstanceIdentifier<IkeSa> ikeSa(String uid) {
    return STATE.child(IkeSas.class).child(IkeSa.class, new IkeSaKey(uid));
  }

  static InstanceIdentifier<ChildSa> childSa(String uid) {
    return STATE.child(ChildSas.class).child(ChildSa.class, new ChildSaKey(uid));
  }

  static InstanceIdentifier<Lease> lease(AddressLease lease) {
    return STATE
        .child(Leases.class)
        .child(
            Lease.class,
            new LeaseKey(Values.address(lease.address()), new EntryName(lease.pool())));
  }

  static InstanceIdentifier<SecurityPolicy> policy(SecurityPolicyKey key) {
    return STATE.child(SecurityPolicies.class).child(SecurityPolicy.class, key);
  }

  static InstanceIdentifier<DataPlane> plane(String name) {
    return STATE
        .child(DataPlanes.class)
        .child(DataPlane.class, new DataPlaneKey(new EntryName(name)));
  }

  static InstanceIdentifier<Engine> engine(String name) {
    return STATE.child(Engines.class).child(Engine.class, new EngineKey(name));
  }
}
