package io.keyway.northbound;

import com.google.common.util.concurrent.MoreExecutors;
import java.util.Map;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.dom.adapter.BindingDOMDataBrokerAdapter;
import org.opendaylight.mdsal.binding.dom.adapter.ConstantAdapterContext;
import org.opendaylight.mdsal.binding.runtime.spi.BindingRuntimeHelpers;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.mdsal.dom.broker.SerializedDOMDataBroker;
import org.opendaylight.mdsal.dom.spi.FixedDOMSchemaService;
import org.opendaylight.mdsal.dom.store.inmemory.InMemoryDOMDataStoreFactory;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.KeywayIpsecData;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** OpenDaylight's data brokers in memory. */
public final class Odl {

  /** Module keyway-ipsec and what it imports. */
  public static final EffectiveModelContext MODEL =
      BindingRuntimeHelpers.createEffectiveModel(KeywayIpsecData.class);

  private Odl() {}

  public static DOMDataBroker domBroker() {
    FixedDOMSchemaService schema = new FixedDOMSchemaService(MODEL);
    return new SerializedDOMDataBroker(
        Map.of(
            LogicalDatastoreType.CONFIGURATION,
            InMemoryDOMDataStoreFactory.create("config", schema),
            LogicalDatastoreType.OPERATIONAL,
            InMemoryDOMDataStoreFactory.create("operational", schema)),
        MoreExecutors.directExecutor());
  }

  public static DataBroker bindingBroker(DOMDataBroker broker) {
    return new BindingDOMDataBrokerAdapter(new ConstantAdapterContext(), broker);
  }
}
