package io.keyway.it.wired;

import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.it.kit.stack.RouterController;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.FakeAgent;
import io.keyway.plane.vrouter.core.VrouterPlane;
import io.keyway.sad.SadCore;
import io.keyway.tunnels.TunnelsCore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One controller with a vRouter that keeps the agent's contract and has no wire of its own. */
final class RouterSite implements AutoCloseable {

  final String name;
  final FakeAgent agent;
  final VrouterPlane plane;
  final TunnelsCore tunnels;
  final NativeIkeEngine engine;
  final SadCore sad;

  private final RouterController.Parts parts;
  private final RouterController controller;

  RouterSite(String name, FakeAgent agent, Path directory, int life)
      throws IOException, SettingsException {
    this(
        agent,
        new RouterController.Parts(
            name,
            Map.of(
                "address",
                "127.0.0.1:" + agent.port(),
                "tls/enabled",
                "false",
                "rpc-timeout",
                "30000"),
            directory,
            life,
            "the same on both sides",
            UnaryOperator.identity()));
  }

  private RouterSite(FakeAgent agent, RouterController.Parts parts)
      throws IOException, SettingsException {
    this.name = parts.name();
    this.agent = agent;
    this.parts = parts;
    controller = new RouterController(parts);
    plane = controller.plane;
    tunnels = controller.tunnels;
    engine = controller.engine;
    sad = controller.sad;
  }

  void configure(Config config, Optional<StaticPolicy> bypass, Tunnel... configured) {
    configure(config, config.ike(), bypass, configured);
  }

  void configure(
      Config config, IkePolicy ike, Optional<StaticPolicy> bypass, Tunnel... configured) {
    Map<String, Tunnel> byName = new HashMap<>();
    Arrays.asList(configured).forEach(tunnel -> byName.put(tunnel.name(), tunnel));
    controller.configure(
        new IntentSnapshot(
            controller.intents.snapshot().version() + 1,
            Map.of("ike", ike),
            Map.of(
                "child",
                config.child(
                    io.keyway.api.crypto.EncryptionAlgorithm.AES_GCM_16_256,
                    io.keyway.api.crypto.IntegrityAlgorithm.NONE,
                    java.util.List.of())),
            Map.of("gw", config.gateway()),
            byName,
            bypass.map(policy -> Map.of(policy.name(), policy)).orElse(Map.of()),
            Map.of(plane.name(), new PlaneConfig(plane.name(), "vrouter", parts.leaves())),
            Map.of()));
  }

  boolean up(String tunnel) {
    return controller.up(tunnel);
  }

  /** Ends this life in order, and begins the next one on the same router. */
  RouterSite again() throws IOException, SettingsException {
    controller.close();
    return new RouterSite(agent, parts.nextLife());
  }

  @Override
  public void close() {
    controller.close();
    agent.close();
  }

  @Override
  public String toString() {
    return controller + " " + agent.policies();
  }
}
