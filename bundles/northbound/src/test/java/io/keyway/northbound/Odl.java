package io.keyway.northbound;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.dom.adapter.BindingDOMDataBrokerAdapter;
import org.opendaylight.mdsal.binding.dom.adapter.ConstantAdapterContext;
import org.opendaylight.mdsal.binding.dom.codec.impl.BindingCodecContext;
import org.opendaylight.mdsal.binding.runtime.spi.BindingRuntimeHelpers;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.mdsal.dom.broker.SerializedDOMDataBroker;
import org.opendaylight.mdsal.dom.spi.FixedDOMSchemaService;
import org.opendaylight.mdsal.dom.store.inmemory.InMemoryDOMDataStoreFactory;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.KeywayIpsecData;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.stream.NormalizedNodeWriter;
import org.opendaylight.yangtools.yang.data.codec.gson.JSONCodecFactorySupplier;
import org.opendaylight.yangtools.yang.data.codec.gson.JSONNormalizedNodeStreamWriter;
import org.opendaylight.yangtools.yang.model.api.EffectiveModelContext;

/** OpenDaylight's data brokers in memory. */
public final class Odl {

  /** Module keyway-ipsec and what it imports. */
  public static final EffectiveModelContext MODEL =
      BindingRuntimeHelpers.createEffectiveModel(KeywayIpsecData.class);

  private static final ConstantAdapterContext CODEC =
      new ConstantAdapterContext(
          new BindingCodecContext(
              BindingRuntimeHelpers.createRuntimeContext(KeywayIpsecData.class)));

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
    return new BindingDOMDataBrokerAdapter(CODEC, broker);
  }

  /** As RESTCONF prints it, but with the members of every object in alphabetic order. */
  public static String json(EffectiveModelContext model, NormalizedNode node) throws IOException {
    StringWriter text = new StringWriter();
    var stream =
        JSONNormalizedNodeStreamWriter.createExclusiveWriter(
            JSONCodecFactorySupplier.RFC7951.getShared(model), new JsonWriter(text));
    try (NormalizedNodeWriter writer = NormalizedNodeWriter.forStreamWriter(stream)) {
      writer.write(node);
    }
    return sorted(JsonParser.parseString(text.toString())).toString();
  }

  private static JsonElement sorted(JsonElement element) {
    if (element instanceof JsonArray array) {
      JsonArray copy = new JsonArray();
      array.forEach(item -> copy.add(sorted(item)));
      return copy;
    }
    if (element instanceof JsonObject object) {
      JsonObject copy = new JsonObject();
      object.keySet().stream().sorted().forEach(k -> copy.add(k, sorted(object.get(k))));
      return copy;
    }
    return element;
  }
}
