package io.keyway.it.wired;

import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.it.kit.stack.Intents;
import io.keyway.it.kit.stack.Psk;
import io.keyway.it.kit.stack.Threads;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.StoredMemory;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.sad.SadCore;
import io.keyway.sad.SadEnvironment;
import io.keyway.spd.SpdCore;
import io.keyway.spd.SpdEnvironment;
import io.keyway.state.DurableStateStore;
import io.keyway.state.Quota;
import io.keyway.transport.TransportLimits;
import io.keyway.transport.UdpIkeTransport;
import io.keyway.tunnels.TunnelsCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** One controller with its device: every part as its bundle makes it, wired by hand. */
final class Site implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);

  final String name;
  final Emulator device;
  final Intents intents = new Intents();
  final Psk psk;
  final Infrap4dPlane plane;
  final TunnelsCore tunnels;
  final DurableStateStore state;
  SadCore sad;
  SpdCore spd;
  NativeIkeEngine engine;

  private final Path directory;
  private final int life;
  final UdpIkeTransport transport;
  private final ExecutorService executor = Executors.newCachedThreadPool(Site::daemon);
  final ScheduledExecutorService timer;
  private final ScheduledExecutorService loop;
  private final ExecutorService journalThread = Executors.newSingleThreadExecutor(Site::daemon);
  private ThreadWorkers workers;

  /**
   * Starts everything.
   *
   * @param address of the gateway, or a prefix that all gateways of this site lie in
   */
  Site(String name, String address, Wire wire, String key, Path directory)
      throws IOException, SettingsException {
    this(name, started(name, address, wire), key, directory, 1);
  }

  private static Emulator started(String name, String address, Wire wire) throws IOException {
    EmulatorConfig config =
        EmulatorConfig.onLoopback(name, wire.name())
            .withAddresses(address.contains("/") ? address : address + "/32");
    Emulator device = new Emulator(config, wire, new SecureRandom(), InstantSource.system());
    device.start();
    return device;
  }

  /** One life of the controller, on a device that may have seen others. */
  private Site(String name, Emulator device, String key, Path directory, int life)
      throws IOException, SettingsException {
    this.name = name;
    this.device = device;
    this.psk = new Psk(key);
    this.directory = directory;
    this.life = life;
    this.timer = Threads.one(name + "-timer");
    this.loop = Threads.one(name + "-tunnels");
    state =
        DurableStateStore.open(
            directory.resolve(name + ".state"),
            directory.resolve(name + ".state.key"),
            Quota.DEFAULT,
            Site::daemon);
    StoredMemory memory = new StoredMemory("plane-infrap4d");
    memory.bind(state);
    Infrap4dSettings settings = Infrap4dSettings.parse("ipu-" + name, planeSettings());
    plane =
        new Infrap4dPlane(
            settings,
            new GrpcConnector(settings, Instant.now()),
            Threads.one(name + "-plane"),
            timer,
            memory,
            Clock.systemUTC(),
            new SecureRandom());
    transport = UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, Site::daemon);
    tunnels = new TunnelsCore(Threads.loop(loop), "life-" + life, new SplittableRandom(1));
    tunnels.setStateStore(state);
    startSad();
    startSpd();
    startEngine();
    tunnels.addPlane(plane);
    tunnels.setIntentStore(intents);
    plane.start();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  Map<String, String> planeSettings() {
    var listen = device.addresses().get(0);
    return Map.of(
        "p4runtime-address",
        "127.0.0.1:" + listen.getPort(),
        "tls/enabled",
        "false",
        "ike-elsewhere",
        "true");
  }

  // ---- parts that are stopped and started as their bundles are -------------------------------

  void startSad() throws IOException {
    sad =
        SadCore.open(
            new SadEnvironment(
                System::nanoTime,
                Clock.systemUTC(),
                executor,
                journalThread,
                (delay, task) -> Threads.later(timer, delay, () -> executor.execute(task)),
                SadEnvironment.Settings.DEFAULT),
            directory.resolve(name + ".burnt"),
            "process " + life);
    sad.restore(state);
    sad.bind(plane);
    if (engine != null) {
      engine.setSad(sad);
    }
    tunnels.setSad(sad);
  }

  void stopSad() {
    tunnels.unsetSad(sad);
    engine.setSad(null);
    sad.close(Optional.of(state));
    sad.unbind(plane);
  }

  void startSpd() {
    spd =
        new SpdCore(
            new SpdEnvironment(
                executor,
                (delay, task) -> Threads.later(timer, delay, () -> executor.execute(task)),
                SpdEnvironment.Settings.DEFAULT));
    spd.restore(state);
    spd.bind(plane);
    if (engine != null) {
      engine.setSpd(spd);
    }
    tunnels.setSpd(spd);
  }

  void stopSpd() {
    tunnels.unsetSpd(spd);
    engine.setSpd(null);
    spd.close(Optional.of(state));
    spd.unbind(plane);
  }

  void startEngine() {
    workers = new ThreadWorkers(1);
    SecureRandom random = new SecureRandom();
    engine =
        new NativeIkeEngine(
            // A peer on a busy machine may take ten seconds for an answer that a device has part
            // in.
            EngineSettings.defaults().withRetransmission(Duration.ofMillis(300), 1.5, 8),
            IkeCrypto.create(random),
            workers,
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString());
    engine.setSecrets(psk);
    engine.setSad(sad);
    engine.setSpd(spd);
    engine.setTransport(transport);
    tunnels.setEngine(engine);
  }

  void stopEngine() {
    tunnels.unsetEngine(engine);
    engine.close();
    workers.close();
  }

  // ---- configuration ------------------------------------------------------------------------

  void configure(IkePolicy ike, ChildPolicy child, Gateway gateway, Tunnel... configured) {
    configure(ike, child, List.of(gateway), List.of(configured));
  }

  void configure(
      IkePolicy ike, ChildPolicy child, List<Gateway> gateways, List<Tunnel> configured) {
    Map<String, Tunnel> byName = new LinkedHashMap<>();
    configured.forEach(tunnel -> byName.put(tunnel.name(), tunnel));
    intents.set(
        new IntentSnapshot(
            intents.snapshot().version() + 1,
            Map.of(ike.name(), ike),
            Map.of(child.name(), child),
            gateways.stream().collect(Collectors.toMap(Gateway::name, gateway -> gateway)),
            byName,
            Map.of(),
            Map.of(plane.name(), new PlaneConfig(plane.name(), "infrap4d", planeSettings())),
            Map.of()));
  }

  // ---- what a test looks at -----------------------------------------------------------------

  TunnelStatus status(String tunnel) {
    return tunnels.statuses().stream()
        .filter(status -> status.name().equals(tunnel))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " has no tunnel " + tunnel));
  }

  /**
   * Whether the tunnel is there and as expected. A tunnel just written is not there yet: its keeper
   * reads the intent on its own thread, so a condition that is waited for asks here and never
   * {@link #status}, which insists.
   */
  boolean shows(String tunnel, Predicate<TunnelStatus> expected) {
    return tunnels.statuses().stream()
        .anyMatch(status -> status.name().equals(tunnel) && expected.test(status));
  }

  void awaitPhase(String tunnel, TunnelStatus.Phase phase) {
    await(tunnel, phase.toString(), SOON, status -> status.phase() == phase);
  }

  void awaitHeld(String tunnel) {
    await(tunnel, "held", SOON, TunnelStatus::held);
  }

  /** The status says what is wrong, in words that contain this text in any case. */
  void awaitReason(String tunnel, String text) {
    await(
        tunnel,
        "reason with '" + text + "'",
        SOON,
        status -> status.reason().toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT)));
  }

  void await(String tunnel, String what, Duration limit, Predicate<TunnelStatus> expected) {
    Await.until(
        name + "/" + tunnel + " " + what,
        limit,
        () -> shows(tunnel, expected),
        () -> tunnels.statuses() + " " + plane.status());
  }

  void awaitReady() {
    Await.until(
        plane.name() + " ready",
        SOON,
        () -> plane.status().connection() == PlaneStatus.Connection.READY,
        plane::status);
  }

  long count(Counter counter) {
    return device.device().counters().get(counter);
  }

  /** Rows by table, without empty tables, plus the SAD. */
  Map<String, Integer> contents() {
    return contents(device);
  }

  static Map<String, Integer> contents(Emulator device) {
    Map<String, Integer> found = new TreeMap<>();
    for (String table :
        new String[] {
          LinuxNetworking.RX_SA_CLASSIFICATION,
          LinuxNetworking.SPD,
          LinuxNetworking.TX_SA_CLASSIFICATION,
          LinuxNetworking.TUNNEL_ENCAP_MOD,
          LinuxNetworking.TUNNEL,
          LinuxNetworking.TUNNEL_TERM
        }) {
      Integer rows = device.device().table(table, (MatchTable t) -> t.rows().size());
      if (rows != null && rows > 0) {
        found.put(table, rows);
      }
    }
    if (!device.device().sas().isEmpty()) {
      found.put("SAD", device.device().sas().size());
    }
    return found;
  }

  /**
   * Ends this life as {@code kill -9} does: nothing is said to anybody, and what is on the disk now
   * is all that is left. The device goes on.
   *
   * @return starts the next life
   */
  Restart kill() throws IOException {
    // From here on nothing reaches the device.
    plane.close();
    Path next = Files.createDirectory(directory.resolve(name + "-life-" + (life + 1)));
    for (String file : List.of(name + ".state", name + ".state.key", name + ".burnt")) {
      Files.copy(directory.resolve(file), next.resolve(file));
    }
    closeParts();
    return () -> new Site(name, device, psk.text(), next, life + 1);
  }

  /** Ends this life in order; the device goes on all the same. */
  Restart end() {
    closeParts();
    return () -> new Site(name, device, psk.text(), directory, life + 1);
  }

  /** Starts the next life of a controller. */
  @FunctionalInterface
  interface Restart {
    Site start() throws IOException, SettingsException;
  }

  @Override
  public void close() {
    closeParts();
    device.close();
  }

  private void closeParts() {
    tunnels.close();
    engine.close();
    workers.close();
    sad.close(Optional.empty());
    spd.close(Optional.empty());
    plane.close();
    transport.close();
    loop.shutdownNow();
    timer.shutdownNow();
    executor.shutdown();
    journalThread.shutdown();
    state.close();
  }
}
