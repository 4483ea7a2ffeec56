package io.keyway.plane.vrouter.ike;

import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentSnapshot;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;

/** Which addresses of ours the gateways of a data plane have. */
public final class GatewayAddresses {

  private GatewayAddresses() {}

  /** A gateway that names no data plane is on the only one there is. */
  public static Set<InetAddress> of(IntentSnapshot intent, String plane) {
    boolean only = intent.dataPlanes().size() == 1;
    Set<InetAddress> addresses = new HashSet<>();
    for (Gateway gateway : intent.gateways().values()) {
      if (gateway.dataPlane().map(plane::equals).orElse(only)) {
        addresses.add(gateway.localAddress());
        addresses.addAll(gateway.additionalLocalAddresses());
      }
    }
    return addresses;
  }
}
