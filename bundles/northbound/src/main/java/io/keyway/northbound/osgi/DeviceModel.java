package io.keyway.northbound.osgi;

import java.util.List;
import org.opendaylight.mdsal.binding.runtime.spi.ModuleInfoSnapshotResolver;
import org.opendaylight.mdsal.dom.api.DOMSchemaService;
import org.opendaylight.mdsal.dom.spi.FixedDOMSchemaService;
import org.opendaylight.yang.svc.v1.http.openconfig.net.yang.ipsec.offload.norev.YangModuleInfoImpl;
import org.opendaylight.yangtools.yang.parser.api.YangParserFactory;

/** The model of a device alone: {@code openconfig-ipsec-offload}, what it imports, our leaf. */
final class DeviceModel {

  private DeviceModel() {}

  static DOMSchemaService of(YangParserFactory parsers) {
    ModuleInfoSnapshotResolver resolver = new ModuleInfoSnapshotResolver("keyway-device", parsers);
    resolver.registerModuleInfos(
        List.of(
            YangModuleInfoImpl.getInstance(),
            org.opendaylight.yang.svc.v1.urn.keyway.ipsec.offload.rev261122.YangModuleInfoImpl
                .getInstance()));
    return new FixedDOMSchemaService(resolver.takeSnapshot().modelContext());
  }
}
