package io.keyway.plane.vrouter.osgi;

import io.keyway.api.Registration;
import io.keyway.api.ike.IkeRelay;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.store.StateStore;
import io.keyway.plane.support.PlaneManager;
import io.keyway.plane.support.StoredMemory;
import io.keyway.plane.vrouter.agent.GrpcConnector;
import io.keyway.plane.vrouter.core.VrouterModel;
import io.keyway.plane.vrouter.core.VrouterPlane;
import io.keyway.plane.vrouter.ike.GatewayAddresses;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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

/**
 * Registers one {@link DataPlane} for every configured vRouter, and beside it the {@link IkeRelay}
 * for IKE of gateways whose addresses live on it.
 */
@Component(
    service = {},
    immediate = true)
public final class VrouterComponent {

  private final StoredMemory memory = new StoredMemory(VrouterPlane.MEMORY);
  private final Map<IntentStore, Registration> stores = new HashMap<>();
  private final Map<String, VrouterPlane> planes = new ConcurrentHashMap<>();
  private volatile IntentSnapshot latest;
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
    stores.put(store, store.subscribe(snapshot -> accept(target, snapshot)));
  }

  private void accept(PlaneManager target, IntentSnapshot snapshot) {
    latest = snapshot;
    planes.values().forEach(this::addresses);
    target.accept(snapshot);
  }

  private void addresses(VrouterPlane plane) {
    IntentSnapshot now = latest;
    if (now != null) {
      plane.ike().addresses(GatewayAddresses.of(now, plane.name()));
    }
  }

  @Activate
  synchronized void activate(BundleContext bundleContext) {
    context = bundleContext;
    ScheduledThreadPoolExecutor limits =
        new ScheduledThreadPoolExecutor(1, threads("keyway-vrouter-timer"));
    // Nearly all limits are never reached, and hold what they would have answered.
    limits.setRemoveOnCancelPolicy(true);
    timer = limits;
    manager =
        new PlaneManager(
            new VrouterModel(),
            config -> plane(VrouterSettings.parse(config.name(), config.settings())),
            this::register,
            Executors.newSingleThreadExecutor(threads("keyway-vrouter-config")));
    List.copyOf(stores.keySet()).forEach(this::subscribe);
  }

  private VrouterPlane plane(VrouterSettings settings) {
    return new VrouterPlane(
        settings,
        new GrpcConnector(settings),
        Executors.newSingleThreadScheduledExecutor(threads("keyway-vrouter-" + settings.name())),
        timer,
        memory,
        Clock.systemUTC(),
        new SecureRandom(),
        // Of each plane: two that lead to the same router displace each other, as strangers do.
        UUID.randomUUID().toString());
  }

  private Runnable register(DataPlane plane) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(DataPlane.NAME_PROPERTY, plane.name());
    Runnable relay = () -> {};
    if (plane instanceof VrouterPlane router) {
      planes.put(router.name(), router);
      addresses(router);
      ServiceRegistration<IkeRelay> way =
          context.registerService(IkeRelay.class, router.ike(), properties);
      relay =
          () -> {
            planes.remove(router.name(), router);
            way.unregister();
          };
    }
    ServiceRegistration<DataPlane> registration =
        context.registerService(DataPlane.class, plane, properties);
    Runnable withRelay = relay;
    return () -> {
      registration.unregister();
      withRelay.run();
    };
  }

  /** Removes nothing on any router. */
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
