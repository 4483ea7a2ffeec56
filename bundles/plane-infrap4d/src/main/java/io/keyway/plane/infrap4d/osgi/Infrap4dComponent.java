package io.keyway.plane.infrap4d.osgi;

import io.keyway.api.Registration;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.store.StateStore;
import io.keyway.plane.infrap4d.core.Infrap4dModel;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.PlaneManager;
import io.keyway.plane.support.StoredMemory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Registers one {@link DataPlane} for every configured infrap4d. */
@Component(
    service = {},
    immediate = true)
public final class Infrap4dComponent {

  private final StoredMemory memory = new StoredMemory(Infrap4dPlane.MEMORY);
  private final Map<IntentStore, Registration> stores = new HashMap<>();
  private BundleContext context;
  private ScheduledExecutorService timer;
  private PlaneManager manager;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindStateStore(StateStore store) {
    memory.bind(store);
  }

  void unbindStateStore(StateStore store) {
    memory.unbind(store);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  synchronized void bindIntentStore(IntentStore store) {
    stores.put(store, () -> {});
    if (manager != null) {
      subscribe(store);
    }
  }

  /** The planes stay: a configuration that cannot be read is not an empty one. */
  synchronized void unbindIntentStore(IntentStore store) {
    Registration registration = stores.remove(store);
    if (registration != null) {
      registration.close();
    }
  }

  private void subscribe(IntentStore store) {
    PlaneManager target = manager;
    stores.put(store, store.subscribe(target::accept));
  }

  @Activate
  synchronized void activate(BundleContext bundleContext) {
    context = bundleContext;
    Instant started = Instant.now();
    timer = Executors.newSingleThreadScheduledExecutor(threads("keyway-infrap4d-timer"));
    manager =
        new PlaneManager(
            new Infrap4dModel(),
            config -> plane(Infrap4dSettings.parse(config.name(), config.settings()), started),
            this::register,
            Executors.newSingleThreadExecutor(threads("keyway-infrap4d-config")));
    java.util.List.copyOf(stores.keySet()).forEach(this::subscribe);
  }

  private Infrap4dPlane plane(Infrap4dSettings settings, Instant started) {
    return new Infrap4dPlane(
        settings,
        new GrpcConnector(settings, started),
        Executors.newSingleThreadScheduledExecutor(threads("keyway-infrap4d-" + settings.name())),
        timer,
        memory,
        Clock.systemUTC(),
        new SecureRandom());
  }

  private Runnable register(DataPlane plane) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(DataPlane.NAME_PROPERTY, plane.name());
    ServiceRegistration<DataPlane> registration =
        context.registerService(DataPlane.class, plane, properties);
    return registration::unregister;
  }

  /** Removes nothing on any device. */
  @Deactivate
  synchronized void deactivate() {
    stores.values().forEach(Registration::close);
    manager.close();
    manager = null;
    timer.shutdownNow();
  }

  private static ThreadFactory threads(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
