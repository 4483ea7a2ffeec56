package io.keyway.tunnels.osgi;

import io.keyway.api.Registration;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.tunnels.TunnelsCore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The tunnel service as a component. Every other service may be missing. */
@Component(service = TunnelService.class, immediate = true, configurationPid = "io.keyway.tunnels")
@Designate(ocd = TunnelsComponent.Config.class)
public final class TunnelsComponent implements TunnelService {

  /** Times. */
  @ObjectClassDefinition(name = "Keyway tunnels")
  public @interface Config {
    @AttributeDefinition(
        description =
            "Seconds, 1 to 86400, after which sums of tunnels' counters that go on changing are"
                + " noted; what a device that restarts together with Keyway may cost")
    int noteSumsSeconds() default 60;
  }

  private final ThreadLoop loop = new ThreadLoop();
  private final TunnelsCore core;

  @Activate
  public TunnelsComponent(Config config) {
    SecureRandom seed = new SecureRandom();
    core =
        new TunnelsCore(
            loop,
            UUID.randomUUID().toString().substring(0, 8),
            new SplittableRandom(seed.nextLong()),
            Duration.ofSeconds(Math.max(1, Math.min(86_400, config.noteSumsSeconds()))));
  }

  @Deactivate
  void stop() {
    core.close();
    loop.close();
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindIntentStore(IntentStore store) {
    core.setIntentStore(store);
  }

  void unbindIntentStore(IntentStore store) {
    core.unsetIntentStore(store);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindEngine(IkeEngine engine) {
    core.setEngine(engine);
  }

  void unbindEngine(IkeEngine engine) {
    core.unsetEngine(engine);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSad(SadService sad) {
    core.setSad(sad);
  }

  void unbindSad(SadService sad) {
    core.unsetSad(sad);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSpd(SpdService spd) {
    core.setSpd(spd);
  }

  void unbindSpd(SpdService spd) {
    core.unsetSpd(spd);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindStateStore(StateStore store) {
    core.setStateStore(store);
  }

  void unbindStateStore(StateStore store) {
    core.unsetStateStore(store);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindPlaneType(PlaneType type) {
    core.addPlaneType(type);
  }

  void unbindPlaneType(PlaneType type) {
    core.removePlaneType(type);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindPlane(DataPlane plane) {
    core.addPlane(plane);
  }

  void unbindPlane(DataPlane plane) {
    core.removePlane(plane);
  }

  @Override
  public List<TunnelStatus> statuses() {
    return core.statuses();
  }

  @Override
  public CompletionStage<ChildResult> initiate(String tunnel, Duration timeout) {
    return core.initiate(tunnel, timeout);
  }

  @Override
  public CompletionStage<ChildResult> terminate(String tunnel, Duration timeout) {
    return core.terminate(tunnel, timeout);
  }

  @Override
  public CompletionStage<ChildResult> rekey(String tunnel, Duration timeout) {
    return core.rekey(tunnel, timeout);
  }

  @Override
  public Map<String, String> problems() {
    return core.problems();
  }

  @Override
  public Optional<String> refusal(
      Tunnel tunnel,
      Gateway gateway,
      List<AddressPool> pools,
      ChildPolicy policy,
      PlaneConfig plane) {
    return core.refusal(tunnel, gateway, pools, policy, plane);
  }

  @Override
  public Registration subscribe(Consumer<TunnelEvent> listener) {
    return core.subscribe(listener);
  }
}
