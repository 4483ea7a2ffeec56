package io.keyway.plane.infrap4d.osgi;

import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import io.keyway.plane.infrap4d.core.PlaneMemory;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers in the state store, when there is one. */
final class OsgiMemory implements PlaneMemory {

  private static final Logger LOG = LoggerFactory.getLogger(OsgiMemory.class);
  private static final String OWNER = "plane-infrap4d";

  private final AtomicReference<StateStore> store = new AtomicReference<>();

  void bind(StateStore service) {
    store.set(service);
  }

  void unbind(StateStore service) {
    store.compareAndSet(service, null);
  }

  @Override
  public Optional<byte[]> load(String plane, int schema) {
    return Optional.ofNullable(store.get())
        .flatMap(s -> s.get(OWNER, plane))
        .filter(r -> r.schema() == schema)
        .map(StateRecord::octets);
  }

  @Override
  public void save(String plane, int schema, byte[] octets) {
    StateStore service = store.get();
    if (service == null) {
      LOG.warn("data plane {}: no state store; what was written will not be remembered", plane);
      return;
    }
    var outcome = service.put(new StateRecord(OWNER, plane, schema, octets));
    if (!outcome.done()) {
      LOG.warn("data plane {}: the state was not saved: {}", plane, outcome.reason());
    }
  }
}
