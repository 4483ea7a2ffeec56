package io.keyway.northbound.odl;

import io.keyway.northbound.state.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.Engine;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.EngineBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.engine.Counter;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.engine.CounterBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.engines.engine.CounterKey;

/** IKE engines in the state tree. */
final class EngineState {

  private EngineState() {}

  static Engine of(Row.EngineRow row) {
    Map<CounterKey, Counter> counters = new LinkedHashMap<>();
    row.counters()
        .forEach(
            (name, value) -> {
              CounterKey key = new CounterKey(name);
              counters.put(
                  key, new CounterBuilder().withKey(key).setValue(Values.counter(value)).build());
            });
    return new EngineBuilder()
        .setName(row.name())
        .setConnections(Values.gauge(row.connections()))
        .setIkeSas(Values.gauge(row.ikeSas()))
        .setCounter(counters)
        .build();
  }
}
