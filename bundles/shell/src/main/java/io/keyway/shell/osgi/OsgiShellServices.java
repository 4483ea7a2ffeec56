package io.keyway.shell.osgi;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.shell.ShellServices;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Follows services as they come and go; unbinding clears only what was bound. */
@Component(service = ShellServices.class)
public final class OsgiShellServices extends ShellServices {

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindIntent(IntentStore service) {
    intentStore.set(service);
  }

  void unbindIntent(IntentStore service) {
    intentStore.compareAndSet(service, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTunnels(TunnelService service) {
    tunnelService.set(service);
  }

  void unbindTunnels(TunnelService service) {
    tunnelService.compareAndSet(service, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSad(SadService service) {
    sadService.set(service);
  }

  void unbindSad(SadService service) {
    sadService.compareAndSet(service, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSpd(SpdService service) {
    spdService.set(service);
  }

  void unbindSpd(SpdService service) {
    spdService.compareAndSet(service, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSecrets(SecretStore service) {
    secretStore.set(service);
  }

  void unbindSecrets(SecretStore service) {
    secretStore.compareAndSet(service, null);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindEngine(IkeEngine service) {
    engineList.add(service);
  }

  void unbindEngine(IkeEngine service) {
    engineList.remove(service);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindPlane(DataPlane service) {
    planeList.add(service);
  }

  void unbindPlane(DataPlane service) {
    planeList.remove(service);
  }
}
