package io.keyway.tunnels.plan;

import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import java.util.stream.Stream;

/**
 * IKE goes from gateway to gateway by UDP; a policy that takes it cuts the branch it sits on, for
 * every tunnel of that gateway.
 */
final class IkePath {

  private static final int UDP = 17;

  private IkePath() {}

  /** True when a policy on this plane would catch our IKE to the gateway. */
  static boolean caughtBy(SelectorPair pair, Gateway gateway, PlaneModel plane) {
    if (plane.capabilities().ikeBypassed()) {
      return false;
    }
    return Stream.concat(
            gateway.remoteAddress().map(TrafficSelector::host).stream(),
            gateway.remoteRanges().stream())
        .anyMatch(peers -> caughtBy(pair, gateway, plane, peers.withProtocol(UDP)));
  }

  private static boolean caughtBy(
      SelectorPair pair, Gateway gateway, PlaneModel plane, TrafficSelector ike) {
    if (plane.capabilities().selectorShape() == SelectorShape.DESTINATION_HOST_AND_PROTOCOL) {
      // The tables see neither the source nor the ports (contract of the device, section 3.4).
      return pair.remote().withPorts(0, 65535).intersect(ike).isPresent();
    }
    TrafficSelector port = ike.withPorts(gateway.remotePort(), gateway.remotePort());
    return pair.remote().intersect(port).isPresent()
        && pair.local().intersect(TrafficSelector.host(gateway.localAddress(), UDP)).isPresent();
  }
}
