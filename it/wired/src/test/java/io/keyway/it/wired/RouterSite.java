package io.keyway.it.wired;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.plane.support.StoredMemory;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.FakeAgent;
import io.keyway.plane.vrouter.agent.GrpcConnector;
import io.keyway.plane.vrouter.core.VrouterPlane;
import io.keyway.plane.vrouter.ike.GatewayAddresses;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.sad.SadCore;
import io.keyway.sad.SadEnvironment;
import io.keyway.spd.SpdCore;
import io.keyway.spd.SpdEnvironment;
import io.keyway.state.DurableStateStore;
import io.keyway.state.Quota;
import io.keyway.transport.RelayedIkeTransport;
import io.keyway.transport.TransportLimits;
import io.keyway.transport.UdpIkeTransport;
import io.keyway.tunnels.TunnelsCore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * One controller with a vRouter whose gateway address lives on the router: IKE goes through the
 * agent, and no socket is opened.
 */
final class RouterSite implements AutoCloseable {

  final String name;
  final FakeAgent agent;
  final Intents intents = new Intents();
  final VrouterPlane plane;
  final TunnelsCore tunnels;
  final SadCore sad;
  final SpdCore spd;
  final NativeIkeEngine engine;

  private final Path directory;
  private final int life;
  private final DurableStateStore state;
  private final UdpIkeTransport sockets;
  private final ThreadWorkers workers = new ThreadWorkers(1);
  private final ExecutorService executor = Executors.newCachedThreadPool(RouterSite::daemon);
  private final ExecutorService journal = Executors.newSingleThreadExecutor(RouterSite::daemon);
  private final ScheduledExecutorService timer;
  private final ScheduledExecutorService loop;

  RouterSite(String name, FakeAgent agent, Path directory, int life)
      throws IOException, SettingsException {
    this.name = name;
    this.agent = agent;
    this.directory = directory;
    this.life = life;
    timer = Threads.one(name + "-timer");
    loop = Threads.one(name + "-tunnels");
    state =
        DurableStateStore.open(
            directory.resolve(name + ".state"),
            directory.resolve(name + ".state.key"),
            Quota.DEFAULT,
            RouterSite::daemon);
    StoredMemory memory = new StoredMemory(VrouterPlane.MEMORY);
    memory.bind(state);
    VrouterSettings settings = VrouterSettings.parse("router-" + name, leaves());
    plane =
        new VrouterPlane(
            settings,
            new GrpcConnector(settings),
            Threads.one(name + "-plane"),
            timer,
            memory,
            Clock.systemUTC(),
            new SecureRandom(),
            name + "-life-" + life);
    sockets = UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, RouterSite::daemon);
    RelayedIkeTransport transport = new RelayedIkeTransport(sockets);
    transport.add(plane.ike());
    intents.subscribe(now -> plane.ike().addresses(GatewayAddresses.of(now, plane.name())));
    tunnels = new TunnelsCore(Threads.loop(loop), "life-" + life, new SplittableRandom(1));
    tunnels.setStateStore(state);
    sad =
        SadCore.open(
            new SadEnvironment(
                System::nanoTime,
                Clock.systemUTC(),
                executor,
                journal,
                (delay, task) -> Threads.later(timer, delay, () -> executor.execute(task)),
                SadEnvironment.Settings.DEFAULT),
            directory.resolve(name + ".burnt"),
            "process " + life);
    sad.restore(state);
    sad.bind(plane);
    spd =
        new SpdCore(
            new SpdEnvironment(
                executor,
                (delay, task) -> Threads.later(timer, delay, () -> executor.execute(task)),
                SpdEnvironment.Settings.DEFAULT));
    spd.restore(state);
    spd.bind(plane);
    SecureRandom random = new SecureRandom();
    engine =
        new NativeIkeEngine(
            EngineSettings.defaults().withRetransmission(Duration.ofMillis(300), 1.5, 8),
            IkeCrypto.create(random),
            workers,
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString());
    engine.setSecrets(new Psk("the same on both sides"));
    engine.setSad(sad);
    engine.setSpd(spd);
    engine.setTransport(transport);
    tunnels.setSad(sad);
    tunnels.setSpd(spd);
    tunnels.setEngine(engine);
    tunnels.addPlane(plane);
    tunnels.setIntentStore(intents);
    plane.start();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private Map<String, String> leaves() {
    return Map.of(
        "address", "127.0.0.1:" + agent.port(), "tls/enabled", "false", "rpc-timeout", "30000");
  }

  void configure(Config config, Optional<StaticPolicy> bypass, Tunnel... configured) {
    Map<String, Tunnel> byName = new HashMap<>();
    Arrays.asList(configured).forEach(tunnel -> byName.put(tunnel.name(), tunnel));
    intents.set(
        new IntentSnapshot(
            intents.snapshot().version() + 1,
            Map.of("ike", config.ike()),
            Map.of(
                "child",
                config.child(
                    io.keyway.api.crypto.EncryptionAlgorithm.AES_GCM_16_256,
                    io.keyway.api.crypto.IntegrityAlgorithm.NONE,
                    java.util.List.of())),
            Map.of("gw", config.gateway()),
            byName,
            bypass.map(policy -> Map.of(policy.name(), policy)).orElse(Map.of()),
            Map.of(plane.name(), new PlaneConfig(plane.name(), "vrouter", leaves())),
            Map.of()));
  }

  boolean up(String tunnel) {
    return tunnels.statuses().stream()
        .anyMatch(s -> s.name().equals(tunnel) && s.phase() == TunnelStatus.Phase.UP);
  }

  /** Ends this life in order, and begins the next one on the same router. */
  RouterSite again() throws IOException, SettingsException {
    closeParts();
    return new RouterSite(name, agent, directory, life + 1);
  }

  private void closeParts() {
    tunnels.close();
    engine.close();
    workers.close();
    sad.close(Optional.empty());
    spd.close(Optional.empty());
    plane.close();
    sockets.close();
    loop.shutdownNow();
    timer.shutdownNow();
    executor.shutdown();
    journal.shutdown();
    state.close();
  }

  @Override
  public void close() {
    closeParts();
    agent.close();
  }

  @Override
  public String toString() {
    return name + " " + plane.status() + " " + tunnels.statuses() + " " + agent.policies();
  }
}
