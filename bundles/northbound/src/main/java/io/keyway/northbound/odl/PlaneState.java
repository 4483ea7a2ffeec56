package io.keyway.northbound.odl;

import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.northbound.state.Row;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EncryptionAlgorithm;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.IntegrityAlgorithm;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.IpsecMode;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.DataPlane;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.DataPlaneBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.Capabilities;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.CapabilitiesBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.Exposure;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.ExposureBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.SpisBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.Table;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.TableBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.data.planes.data.plane.TableKey;
import org.opendaylight.yangtools.yang.common.Uint32;

/** Data planes in the state tree. */
final class PlaneState {

  private PlaneState() {}

  static DataPlane of(Row.PlaneRow row) {
    DataPlaneBuilder builder =
        new DataPlaneBuilder()
            .setName(new EntryName(row.name()))
            .setType(row.type())
            .setReason(Values.text(row.reason()))
            .setConnection(DataPlane.Connection.Down)
            .setCapabilities(row.capabilities().map(PlaneState::capabilities).orElse(null));
    row.status().ifPresent(status -> add(builder, status));
    return builder.build();
  }

  private static void add(DataPlaneBuilder builder, PlaneStatus status) {
    Map<TableKey, Table> tables = new LinkedHashMap<>();
    for (PlaneStatus.TableUse use : status.tables()) {
      TableKey key = new TableKey(use.table());
      tables.put(
          key,
          new TableBuilder()
              .withKey(key)
              .setUsed(Values.gauge(use.used()))
              .setFree(Values.gauge(use.size() - use.used()))
              .build());
    }
    builder
        .setConnection(DataPlane.Connection.ofName(Values.yang(status.connection())))
        .setGeneration(Values.counter(status.generation().number()))
        .setLastReconcile(Values.time(status.lastReconcile()))
        .setTable(tables);
    status.drift().ifPresent(drift -> builder.setDrift(Values.gauge(drift)));
    if (!status.warnings().isEmpty()) {
      builder.setWarning(new LinkedHashSet<>(status.warnings()));
    }
    status
        .spis()
        .ifPresent(
            spis ->
                builder.setSpis(
                    new SpisBuilder()
                        .setLeased(Values.gauge(spis.leased()))
                        .setPooled(Values.gauge(spis.pooled()))
                        .setLeaked(Values.counter(spis.leaked()))
                        .build()));
    status.exposure().ifPresent(exposure -> builder.setExposure(exposure(exposure)));
  }

  private static Exposure exposure(PlaneStatus.Exposure exposure) {
    return new ExposureBuilder()
        .setSince(Values.time(Optional.of(exposure.since())))
        .setOpen(exposure.length().isEmpty())
        .setLength(exposure.length().map(l -> Values.gauge(l.toMillis())).orElse(null))
        .build();
  }

  private static Capabilities capabilities(PlaneCapabilities can) {
    return new CapabilitiesBuilder()
        .setEncryption(
            can.encryption().stream()
                .map(a -> EncryptionAlgorithm.ofName(a.modelName()))
                .collect(Collectors.toSet()))
        .setIntegrity(
            can.integrity().stream()
                .map(a -> IntegrityAlgorithm.ofName(a.modelName()))
                .collect(Collectors.toSet()))
        .setMode(
            can.modes().stream()
                .map(m -> IpsecMode.ofName(Values.yang(m)))
                .collect(Collectors.toSet()))
        .setSelectors(Capabilities.Selectors.ofName(Values.yang(can.selectorShape())))
        .setEsn(can.esn())
        .setMaxReplayWindow(Uint32.valueOf(can.maxReplayWindow()))
        .setUdpEncapsulation(can.udpEncapsulation())
        .setIpv6Outer(can.ipv6Outer())
        .setIpv6Inner(can.ipv6Inner())
        .setHold(can.canHold())
        .setTrap(can.canTrap())
        .setMove(can.canMove())
        .setSaReadBack(can.saReadBack())
        .setOutboundCounters(can.outboundCounters())
        .setInboundCounters(can.inboundCounters())
        .setInboundPolicies(can.inboundPolicies())
        .build();
  }
}
