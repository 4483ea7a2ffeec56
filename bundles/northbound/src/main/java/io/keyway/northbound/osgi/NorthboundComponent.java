package io.keyway.northbound.osgi;

import io.keyway.api.Registration;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.Services;
import io.keyway.northbound.device.DeviceMounts;
import io.keyway.northbound.device.ManualSas;
import io.keyway.northbound.odl.MdsalStateSink;
import io.keyway.northbound.odl.NotificationShell;
import io.keyway.northbound.odl.ReserveRpcShell;
import io.keyway.northbound.odl.RpcShell;
import io.keyway.northbound.odl.StoreRpcShell;
import io.keyway.northbound.rpc.LoadOperation;
import io.keyway.northbound.rpc.SaOperations;
import io.keyway.northbound.rpc.SecretOperations;
import io.keyway.northbound.state.StateCollector;
import io.keyway.northbound.state.StatePublisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.api.NotificationPublishService;
import org.opendaylight.mdsal.binding.api.RpcProviderService;
import org.opendaylight.mdsal.dom.api.DOMMountPointService;
import org.opendaylight.yangtools.yang.parser.api.YangParserFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** State tree, operations, notifications and mount points. */
@Component(
    immediate = true,
    service = {},
    configurationPid = NorthboundConfig.PID)
@Designate(ocd = NorthboundConfig.class)
public final class NorthboundComponent {

  private static final Logger LOG = LoggerFactory.getLogger(NorthboundComponent.class);

  private final Services services = new Services();
  private final Map<Object, Registration> subscriptions = new ConcurrentHashMap<>();
  private final List<Registration> registrations = new ArrayList<>();
  private final ScheduledExecutorService stateThread = NorthboundThread.single("keyway-state");
  private final ScheduledExecutorService storeThread = NorthboundThread.single("keyway-secrets");
  private final MdsalStateSink sink;
  private final StatePublisher publisher;
  private final NotificationShell notifications;
  private final ManualSas manual;
  private final DeviceMounts mounts;

  /** Everything is wired before the first service is bound: DS binds after construction. */
  @Activate
  public NorthboundComponent(
      NorthboundConfig config,
      @Reference ModelReady model,
      @Reference DataBroker broker,
      @Reference RpcProviderService rpcs,
      @Reference NotificationPublishService notificationService,
      @Reference DOMMountPointService mountPoints,
      @Reference YangParserFactory parsers) {
    manual = new ManualSas(services, UUID.randomUUID().toString());
    mounts = new DeviceMounts(services, manual, mountPoints, DeviceModel.of(parsers));
    sink = new MdsalStateSink(broker);
    publisher =
        new StatePublisher(
            new StateCollector(services),
            sink,
            stateThread,
            Duration.ofSeconds(config.state_interval_seconds()));
    notifications = new NotificationShell(notificationService);
    registrations.add(new RpcShell(new SaOperations(services)).register(rpcs));
    registrations.add(new ReserveRpcShell(manual).register(rpcs));
    registrations.add(
        new StoreRpcShell(
                new SecretOperations(services, storeThread),
                new LoadOperation(services, (entry, json) -> model.codec().decode(entry, json)))
            .register(rpcs));
  }

  @Deactivate
  void deactivate() {
    registrations.forEach(Registration::close);
    subscriptions.values().forEach(Registration::close);
    mounts.close();
    publisher.close();
    stateThread.shutdownNow();
    storeThread.shutdownNow();
    try {
      // A state tree that nobody keeps would tell lies.
      sink.clear().toCompletableFuture().get(3, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      LOG.warn("The state tree could not be taken away and shows what was", e);
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindIntentStore(IntentStore store) {
    services.intents.set(store);
    follow(
        store,
        store.subscribe(
            snapshot -> {
              mounts.planes(snapshot.dataPlanes().keySet());
              publisher.hurry();
            }));
  }

  void unbindIntentStore(IntentStore store) {
    services.intents.unset(store);
    unfollow(store);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTunnels(TunnelService tunnels) {
    services.tunnels.set(tunnels);
    follow(tunnels, tunnels.subscribe(this::happened));
  }

  void unbindTunnels(TunnelService tunnels) {
    services.tunnels.unset(tunnels);
    unfollow(tunnels);
  }

  private void happened(TunnelEvent event) {
    notifications.publish(event);
    publisher.hurry();
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindEngine(IkeEngine engine) {
    services.add(engine);
    follow(engine, engine.subscribe((EngineEvent event) -> publisher.hurry()));
  }

  void unbindEngine(IkeEngine engine) {
    services.remove(engine);
    unfollow(engine);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindPlane(DataPlane plane) {
    services.add(plane);
    follow(
        plane,
        plane.subscribe(
            event -> {
              mounts.happened(plane.name(), event);
              publisher.hurry();
            }));
  }

  void unbindPlane(DataPlane plane) {
    services.remove(plane);
    unfollow(plane);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSad(SadService sad) {
    services.sad.set(sad);
    manual.adopt(sad);
  }

  void unbindSad(SadService sad) {
    services.sad.unset(sad);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSpd(SpdService spd) {
    services.spd.set(spd);
  }

  void unbindSpd(SpdService spd) {
    services.spd.unset(spd);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSecrets(SecretStore secrets) {
    services.secrets.set(secrets);
  }

  void unbindSecrets(SecretStore secrets) {
    services.secrets.unset(secrets);
  }

  private void follow(Object service, Registration subscription) {
    subscriptions.put(service, subscription);
    publisher.hurry();
  }

  private void unfollow(Object service) {
    Registration subscription = subscriptions.remove(service);
    if (subscription != null) {
      try {
        subscription.close();
      } catch (RuntimeException e) {
        LOG.debug("A service that goes did not end its subscription", e);
      }
    }
    publisher.hurry();
  }
}
