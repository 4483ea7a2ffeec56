package io.keyway.northbound;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.tunnel.TunnelService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The services of other bundles as they are now. They come and go while everything here goes on;
 * who needs one asks at that moment.
 */
public final class Services {

  /** At most one service. */
  public static final class Slot<T> {
    private final AtomicReference<T> service = new AtomicReference<>();

    public void set(T value) {
      service.set(value);
    }

    /** Clears unless another one has come already. */
    public void unset(T value) {
      service.compareAndSet(value, null);
    }

    public Optional<T> get() {
      return Optional.ofNullable(service.get());
    }
  }

  public final Slot<IntentStore> intents = new Slot<>();
  public final Slot<TunnelService> tunnels = new Slot<>();
  public final Slot<SadService> sad = new Slot<>();
  public final Slot<SpdService> spd = new Slot<>();
  public final Slot<SecretStore> secrets = new Slot<>();
  private final List<IkeEngine> engines = new CopyOnWriteArrayList<>();
  private final List<DataPlane> planes = new CopyOnWriteArrayList<>();

  public void add(IkeEngine engine) {
    engines.add(engine);
  }

  public void remove(IkeEngine engine) {
    engines.remove(engine);
  }

  public List<IkeEngine> engines() {
    return List.copyOf(engines);
  }

  public void add(DataPlane plane) {
    planes.add(plane);
  }

  public void remove(DataPlane plane) {
    planes.remove(plane);
  }

  public List<DataPlane> planes() {
    return List.copyOf(planes);
  }

  public Optional<DataPlane> plane(String name) {
    return planes.stream().filter(plane -> plane.name().equals(name)).findFirst();
  }
}
