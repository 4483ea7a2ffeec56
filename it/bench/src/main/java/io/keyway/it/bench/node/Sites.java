package io.keyway.it.bench.node;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Configurations of a hub and its sites. All sites share one address and port, and each has an
 * identity and one inner host of its own, as charon's load-tester does it.
 */
final class Sites {
  private static final String HUB = "hub.bench.example";
  private static final int REPLAY_WINDOW = 64;

  private Sites() {}

  /** The side that answers everybody. */
  static ConnectionConfig hub(Suite suite, InetSocketAddress local) {
    return new ConnectionConfig(
        "hub-" + suite,
        "bench",
        local.getAddress(),
        Optional.empty(),
        local.getPort(),
        local.getPort(),
        List.of(suite.ike()),
        authentication(Optional.of(Identity.parse(HUB)), Optional.empty()),
        new ConnectionConfig.Timers(Duration.ZERO, Duration.ZERO, Duration.ZERO),
        false,
        List.of(child(suite, "hub-" + suite, prefix("10.255.0.0", 16), prefix("10.0.0.0", 8))));
  }

  /** One of the sides that initiate; {@code number} is below 2^24. */
  static ConnectionConfig site(
      Suite suite, String name, int number, InetSocketAddress local, InetSocketAddress remote) {
    byte[] inner = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    TrafficSelector host = TrafficSelector.host(address(inner));
    return new ConnectionConfig(
        name,
        "bench",
        local.getAddress(),
        Optional.of(remote.getAddress()),
        local.getPort(),
        remote.getPort(),
        List.of(suite.ike()),
        authentication(
            Optional.of(Identity.parse(name + ".bench.example")), Optional.of(Identity.parse(HUB))),
        new ConnectionConfig.Timers(Duration.ZERO, Duration.ZERO, Duration.ZERO),
        false,
        List.of(child(suite, name, host, prefix("10.255.0.0", 16))));
  }

  private static Authentication authentication(
      Optional<Identity> local, Optional<Identity> remote) {
    return new Authentication(Authentication.Method.PRE_SHARED_KEY, local, remote, OneSecret.NAME);
  }

  private static ChildConfig child(
      Suite suite, String name, TrafficSelector local, TrafficSelector remote) {
    return new ChildConfig(
        name,
        IpsecMode.TUNNEL,
        List.of(suite.esp()),
        List.of(SelectorTemplate.of(local)),
        List.of(SelectorTemplate.of(remote)),
        Lifetime.UNLIMITED,
        REPLAY_WINDOW);
  }

  private static TrafficSelector prefix(String text, int length) {
    try {
      return TrafficSelector.prefix(InetAddress.getByName(text), length);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address in digits is always known: " + text, e);
    }
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four octets are always an address", e);
    }
  }
}
