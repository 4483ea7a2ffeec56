package io.keyway.it.bench.node;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.CertificateSettings;
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
  static final String HUB = "hub.bench.example";
  private static final int REPLAY_WINDOW = 64;

  private Sites() {}

  /** The side that answers everybody. */
  static ConnectionConfig hub(Profile profile, InetSocketAddress local) {
    return new ConnectionConfig(
        "hub-" + profile,
        "bench",
        local.getAddress(),
        Optional.empty(),
        local.getPort(),
        local.getPort(),
        List.of(profile.ike()),
        authentication(profile, "hub", "hub-key", HUB, Optional.empty()),
        new ConnectionConfig.Timers(Duration.ZERO, Duration.ZERO, Duration.ZERO),
        false,
        List.of(child(profile, "hub-" + profile, prefix("10.255.0.0", 16), prefix("10.0.0.0", 8))));
  }

  /** One of the sides that initiate; {@code number} is below 2^24. */
  static ConnectionConfig site(
      Profile profile, String name, int number, InetSocketAddress local, InetSocketAddress remote) {
    byte[] inner = {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number};
    TrafficSelector host = TrafficSelector.host(address(inner));
    return new ConnectionConfig(
        name,
        "bench",
        local.getAddress(),
        Optional.of(remote.getAddress()),
        local.getPort(),
        remote.getPort(),
        List.of(profile.ike()),
        authentication(
            profile, site(number), "site-key", identity(number), Optional.of(Identity.parse(HUB))),
        new ConnectionConfig.Timers(Duration.ZERO, Duration.ZERO, Duration.ZERO),
        false,
        List.of(child(profile, name, host, prefix("10.255.0.0", 16))));
  }

  /** Who a site says it is. */
  static String identity(int number) {
    return "site-" + number + ".bench.example";
  }

  /** What its certificate is called. */
  static String site(int number) {
    return "site-" + number;
  }

  private static Authentication authentication(
      Profile profile, String certificate, String key, String local, Optional<Identity> remote) {
    Optional<Identity> us = Optional.of(Identity.parse(local));
    return profile.proof().certificates()
        ? new Authentication(
            Authentication.Method.CERTIFICATE,
            Authentication.Method.CERTIFICATE,
            us,
            remote,
            "",
            new CertificateSettings(
                profile.proof().named(certificate),
                profile.proof().named(key),
                List.of(profile.proof().named(BenchSecrets.AUTHORITY)),
                CertificateSettings.Revocation.RELAXED,
                List.of(),
                List.of()))
        : new Authentication(Authentication.Method.PRE_SHARED_KEY, us, remote, BenchSecrets.KEY);
  }

  private static ChildConfig child(
      Profile profile, String name, TrafficSelector local, TrafficSelector remote) {
    return new ChildConfig(
        name,
        IpsecMode.TUNNEL,
        List.of(profile.esp()),
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
