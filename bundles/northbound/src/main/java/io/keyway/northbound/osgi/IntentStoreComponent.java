package io.keyway.northbound.osgi;

import io.keyway.api.Registration;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.Services;
import io.keyway.northbound.odl.ConfigCohort;
import io.keyway.northbound.odl.MdsalConfigDatastore;
import io.keyway.northbound.rules.PlaneRules;
import io.keyway.northbound.store.DatastoreIntentStore;
import java.util.concurrent.ScheduledExecutorService;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the store of the configuration once its first snapshot is there. Before that nobody may
 * see an empty configuration, for an empty one means: remove everything.
 */
@Component(
    immediate = true,
    service = {})
public final class IntentStoreComponent {

  private static final Logger LOG = LoggerFactory.getLogger(IntentStoreComponent.class);

  private final BundleContext context;
  private final ScheduledExecutorService executor = NorthboundThread.single("keyway-intent");
  private final Registration guard;
  private final DatastoreIntentStore store;
  private final Services.Slot<TunnelService> tunnels = new Services.Slot<>();
  private ServiceRegistration<IntentStore> offered;
  private boolean stopped;

  @Activate
  public IntentStoreComponent(
      BundleContext context,
      @Reference(target = "(type=default)") DOMDataBroker broker,
      @Reference ModelReady model) {
    this.context = context;
    MdsalConfigDatastore datastore = new MdsalConfigDatastore(broker, model::codec);
    PlaneRules planeRules = new PlaneRules(tunnels::get);
    this.guard = datastore.guard(new ConfigCohort(planeRules));
    this.store = new DatastoreIntentStore(datastore, executor, planeRules);
    store.ready().thenAccept(first -> offer());
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTunnelService(TunnelService service) {
    tunnels.set(service);
  }

  void unbindTunnelService(TunnelService service) {
    tunnels.unset(service);
  }

  private synchronized void offer() {
    if (!stopped) {
      offered = context.registerService(IntentStore.class, store, null);
      LOG.info(
          "Configuration read: {} tunnels, {} problems",
          store.snapshot().tunnels().size(),
          store.snapshot().problems().size());
    }
  }

  @Deactivate
  synchronized void deactivate() {
    stopped = true;
    if (offered != null) {
      offered.unregister();
      offered = null;
    }
    store.close();
    guard.close();
    executor.shutdownNow();
  }
}
