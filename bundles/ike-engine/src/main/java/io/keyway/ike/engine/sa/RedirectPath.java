package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Whether IKE with a gateway that we are sent to would go through the tunnel that it is to replace.
 */
final class RedirectPath {
  private static final int UDP = 17;

  private RedirectPath() {}

  /**
   * What is wrong with a gateway. Selectors that hold the gateway we have now, too, such as
   * 0.0.0.0/0, say nothing: IKE with that one goes past them.
   */
  static Optional<String> problem(IkeSa sa, InetAddress gateway) {
    TrafficSelector there = TrafficSelector.host(gateway, UDP);
    TrafficSelector here = TrafficSelector.host(sa.path().remote().getAddress(), UDP);
    for (ChildConfig child : sa.config().children()) {
      for (SelectorTemplate template : child.remoteTs()) {
        if (template.isDynamic()) {
          continue;
        }
        TrafficSelector selector = template.resolve(null);
        if (catches(sa, selector, there) && !catches(sa, selector, here)) {
          return Optional.of(
              "the peer sends us to "
                  + gateway.getHostAddress()
                  + ", which is in "
                  + selector
                  + " that child '"
                  + child.name()
                  + "' protects: IKE with it would go through the very tunnel that it is to"
                  + " replace; have the peer name a gateway outside of it, or narrow remote-ts");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean catches(IkeSa sa, TrafficSelector selector, TrafficSelector host) {
    int port = sa.config().remotePort();
    return selector.intersect(host.withPorts(port, port)).isPresent();
  }
}
