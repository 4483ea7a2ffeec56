package io.keyway.it.kit.stack;

import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.plane.support.StoredMemory;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.agent.AgentConnector;
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
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;

/**
 * One life of a controller with a vRouter whose gateway addresses live on the router: IKE goes
 * through the agent, and no socket is opened.
 */
public final class RouterController implements AutoCloseable {

  public final Intents intents = new Intents();
  public final VrouterPlane plane;
  public final TunnelsCore tunnels;
  public final SadCore sad;
  public final SpdCore spd;
  public final NativeIkeEngine engine;

  private final String name;
  private final DurableStateStore state;
  private final UdpIkeTransport sockets;
  private final ThreadWorkers workers = new ThreadWorkers(1);
  private final ExecutorService executor = Executors.newCachedThreadPool(RouterController::daemon);
  private final ExecutorService journal =
      Executors.newSingleThreadExecutor(RouterController::daemon);
  private final ScheduledExecutorService timer;
  private final ScheduledExecutorService loop;

  /**
   * What a controller is made of.
   *
   * @param name of the controller; its data plane is {@code router-NAME}
   * @param leaves how the agent is reached, as in the configuration of a data plane
   * @param directory keeps what outlives it
   * @param life another number for each life
   * @param key the pre-shared key of everybody
   * @param connector looks at what is said to the agent
   */
  public record Parts(
      String name,
      Map<String, String> leaves,
      Path directory,
      int life,
      String key,
      UnaryOperator<AgentConnector> connector) {

    /** With an agent at the other end of a UNIX socket. */
    public static Parts socket(String name, Path socket, Path directory, String key) {
      return new Parts(
          name, Map.of("socket", socket.toString()), directory, 1, key, UnaryOperator.identity());
    }

    public Parts watched(UnaryOperator<AgentConnector> by) {
      return new Parts(name, leaves, directory, life, key, by);
    }

    public Parts nextLife() {
      return new Parts(name, leaves, directory, life + 1, key, connector);
    }
  }

  public RouterController(Parts parts) throws IOException, SettingsException {
    name = parts.name();
    int life = parts.life();
    timer = Threads.one(name + "-timer");
    loop = Threads.one(name + "-tunnels");
    state =
        DurableStateStore.open(
            parts.directory().resolve(name + ".state"),
            parts.directory().resolve(name + ".state.key"),
            Quota.DEFAULT,
            RouterController::daemon);
    StoredMemory memory = new StoredMemory(VrouterPlane.MEMORY);
    memory.bind(state);
    VrouterSettings settings = VrouterSettings.parse("router-" + name, parts.leaves());
    plane =
        new VrouterPlane(
            settings,
            parts.connector().apply(new GrpcConnector(settings)),
            Threads.one(name + "-plane"),
            timer,
            memory,
            Clock.systemUTC(),
            new SecureRandom(),
            name + "-life-" + life);
    sockets =
        UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, RouterController::daemon);
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
            parts.directory().resolve(name + ".burnt"),
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
    engine.setSecrets(new Psk(parts.key()));
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

  /** Replaces the whole configuration. */
  public void configure(IntentSnapshot snapshot) {
    intents.set(snapshot);
  }

  public boolean up(String tunnel) {
    return tunnels.statuses().stream()
        .anyMatch(s -> s.name().equals(tunnel) && s.phase() == TunnelStatus.Phase.UP);
  }

  /** Ends it in order; the router goes on. */
  @Override
  public void close() {
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
  public String toString() {
    return name + " " + plane.status() + " " + tunnels.statuses() + " " + engine.snapshot();
  }
}
