package io.keyway.tunnels;

import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import java.util.Map;
import java.util.Objects;

/** Which tunnels and gateways a new configuration touches: what they name, and what that names. */
final class Changes {

  private final IntentSnapshot before;
  private final IntentSnapshot now;
  private final boolean planes;

  Changes(IntentSnapshot before, IntentSnapshot now) {
    this.before = before;
    this.now = now;
    // A gateway that names no data plane means the only one: another set may mean another plane.
    this.planes = !before.dataPlanes().keySet().equals(now.dataPlanes().keySet());
  }

  boolean touch(Tunnel tunnel) {
    return planes
        || changed(before.tunnels(), now.tunnels(), tunnel.list(), tunnel.name())
        || changed(
            before.childPolicies(),
            now.childPolicies(),
            "child-policies/child-policy",
            tunnel.childPolicy())
        || touchGateway(tunnel.gateway());
  }

  boolean touchGateway(String name) {
    if (planes || changed(before.gateways(), now.gateways(), "gateways/gateway", name)) {
      return true;
    }
    Gateway gateway = now.gateways().get(name);
    return gateway != null
        && changed(
            before.ikePolicies(),
            now.ikePolicies(),
            "ike-policies/ike-policy",
            gateway.ikePolicy());
  }

  private <T> boolean changed(
      Map<String, T> old, Map<String, T> current, String list, String name) {
    String entry = list + "=" + name;
    return !Objects.equals(old.get(name), current.get(name))
        || !Objects.equals(before.problems().get(entry), now.problems().get(entry));
  }
}
