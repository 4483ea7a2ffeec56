package io.keyway.it.vrouter;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Identity;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is configured in Keyway, the gateway of a lab's left side. */
final class LeftSite {

  private final String plane;
  private final Map<String, Gateway> gateways = new LinkedHashMap<>();
  private final Map<String, Tunnel> tunnels = new LinkedHashMap<>();
  private final Map<String, ChildPolicy> policies = new LinkedHashMap<>();
  private long dpdSeconds;

  LeftSite(String plane) {
    this.plane = plane;
    starting(StartAction.START);
  }

  /** What makes tunnels begin. */
  LeftSite starting(StartAction action) {
    policies.put("tunnel", policy("tunnel", IpsecMode.TUNNEL, action));
    policies.put("transport", policy("transport", IpsecMode.TRANSPORT, action));
    return this;
  }

  private static ChildPolicy policy(String name, IpsecMode mode, StartAction action) {
    return new ChildPolicy(
        name,
        mode,
        List.of(
            new EspProposal(
                "1",
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                Optional.of(KeyExchangeMethod.ECP_384),
                false)),
        List.of(),
        List.of(),
        List.of(),
        Lifetime.UNLIMITED,
        1024,
        action);
  }

  LeftSite dpd(long seconds) {
    dpdSeconds = seconds;
    return this;
  }

  LeftSite gateway(String name, String local, String remote) {
    gateways.put(
        name,
        new Gateway(
            name,
            "ike",
            address(local),
            Optional.of(address(remote)),
            500,
            500,
            Optional.of(plane),
            Optional.empty()));
    return this;
  }

  /** A tunnel between two networks. */
  LeftSite tunnel(String name, String gateway, String ours, String theirs) {
    return add(name, gateway, "tunnel", List.of(prefix(ours)), List.of(prefix(theirs)));
  }

  /** Transport mode between the gateways themselves. */
  LeftSite transport(String name, String gateway) {
    return add(name, gateway, "transport", List.of(), List.of());
  }

  private LeftSite add(
      String name,
      String gateway,
      String policy,
      List<SelectorTemplate> ours,
      List<SelectorTemplate> theirs) {
    tunnels.put(name, new Tunnel(name, gateway, policy, true, ours, theirs, WhenDisabled.HOLD));
    return this;
  }

  IntentSnapshot snapshot(long version, Map<String, String> leaves) {
    return new IntentSnapshot(
        version,
        Map.of("ike", ike()),
        Map.copyOf(policies),
        Map.copyOf(gateways),
        Map.copyOf(tunnels),
        Map.of(),
        Map.of(plane, new PlaneConfig(plane, "vrouter", leaves)),
        Map.of());
  }

  private IkePolicy ike() {
    return new IkePolicy(
        "ike",
        List.of(
            new IkeProposal(
                "1",
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                PrfAlgorithm.PRF_HMAC_SHA2_384,
                KeyExchangeMethod.ECP_384)),
        14400,
        0,
        dpdSeconds,
        false,
        true,
        true,
        Optional.of(
            new Authentication(
                Authentication.Method.PRE_SHARED_KEY,
                Optional.of(Identity.parse("left.example")),
                Optional.of(Identity.parse("right.example")),
                "psk")));
  }

  private static SelectorTemplate prefix(String text) {
    String[] parts = text.split("/");
    return SelectorTemplate.of(
        TrafficSelector.prefix(address(parts[0]), Integer.parseInt(parts[1])));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
