package io.keyway.plane.vrouter;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.agent.GrpcConnector;
import io.keyway.plane.vrouter.core.VrouterPlane;
import io.keyway.plane.vrouter.settings.Timing;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A plane on an agent, whichever it is. */
public class PlaneBench implements AutoCloseable {

  /** What comes comes much sooner; a machine may be very busy. */
  public static final Duration LIMIT = Duration.ofSeconds(60);

  /** Quick to try again, but no busy machine is taken for a dead agent. */
  public static final Timing TIMING =
      new Timing(
          Duration.ofSeconds(30),
          Duration.ofSeconds(3600),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(10));

  public final TestAgent router;
  public final MapMemory memory;

  /** What was written to the router, over all lives. */
  public final Recorder recorder = new Recorder();

  public final List<PlaneEvent> events = new CopyOnWriteArrayList<>();
  public VrouterPlane plane;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final String prefix;
  private final boolean owns;
  private int lives;

  public PlaneBench(TestAgent router, MapMemory memory) throws SettingsException {
    this(router, memory, settings(router.leaves(), TIMING));
  }

  public PlaneBench(TestAgent router, MapMemory memory, VrouterSettings settings) {
    this(router, memory, settings, "life-", true);
  }

  private PlaneBench(
      TestAgent router, MapMemory memory, VrouterSettings settings, String prefix, boolean owns) {
    this.router = router;
    this.memory = memory;
    this.prefix = prefix;
    this.owns = owns;
    begin(settings);
  }

  /** Another controller, with a memory of its own, at the same agent. */
  public PlaneBench second() throws SettingsException {
    return second(0);
  }

  /** The same, which takes over when the leader has been gone for so many seconds. */
  public PlaneBench second(int takeover) throws SettingsException {
    return new PlaneBench(router, new MapMemory(), takingOver(takeover), "second-", false);
  }

  public final VrouterSettings takingOver(int seconds) throws SettingsException {
    Map<String, String> leaves = new HashMap<>(router.leaves());
    leaves.put("takeover-after", Integer.toString(seconds));
    return settings(leaves, TIMING);
  }

  /** Starts the next life of the controller. */
  public final void begin(Timing timing) throws SettingsException {
    begin(settings(router.leaves(), timing));
  }

  public static VrouterSettings settings(Map<String, String> leaves, Timing timing)
      throws SettingsException {
    return VrouterSettings.parse("router", new HashMap<>(leaves)).withTiming(timing);
  }

  public final void begin(VrouterSettings settings) {
    plane =
        new VrouterPlane(
            settings,
            recorder.around(new GrpcConnector(settings)),
            Executors.newSingleThreadScheduledExecutor(),
            timer,
            memory,
            Clock.systemUTC(),
            new SplittableRandom(1),
            prefix + ++lives);
    plane.subscribe(events::add);
    plane.start();
  }

  public void awaitReady() {
    await("ready", () -> plane.status().ready());
  }

  /** In a life after {@code before}. */
  public void awaitReadyAfter(io.keyway.api.sa.Generation before) {
    await(
        "ready in another life",
        () -> plane.status().ready() && !plane.generation().equals(before));
  }

  public void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not " + what + ": " + plane.status() + " " + events);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  public static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT.toSeconds() * 2, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public List<Outcome> apply(PlaneChange... changes) {
    return get(plane.apply(plane.generation(), Arrays.asList(changes), LIMIT));
  }

  public static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public static final SelectorPair PAIR =
      new SelectorPair(
          TrafficSelector.prefix(address("10.1.0.0"), 16),
          TrafficSelector.prefix(address("10.2.0.0"), 16));

  public SpiLease lease() {
    return get(plane.allocateSpi(LIMIT)).value().orElseThrow();
  }

  /** What becomes of a change now. */
  public Outcome.Kind fate() {
    return apply(put(PAIR, new PolicyAction.Bypass())).get(0).kind();
  }

  public SecurityAssociation sa(SpiLease lease, Direction direction, long peerSpi) {
    return sa(
        lease,
        direction,
        peerSpi,
        new Lifetime(new Lifetime.Limit(3000, 0, 1000), new Lifetime.Limit(3600, 0, 2000)));
  }

  public SecurityAssociation sa(
      SpiLease lease, Direction direction, long peerSpi, Lifetime lifetime) {
    boolean in = direction == Direction.INBOUND;
    InetAddress local = address("192.0.2.1");
    InetAddress remote = address("198.51.100.1");
    return new SecurityAssociation(
        new SaId(
            "router",
            direction,
            in ? lease.spi() : new Spi(peerSpi),
            in ? local : remote,
            lease.index()),
        new ChildId(new Owner("ike-native", "one"), "c" + lease.index(), "t"),
        lease,
        EncryptionAlgorithm.AES_GCM_16_128,
        IntegrityAlgorithm.NONE,
        true,
        in ? 128 : 0,
        IpsecMode.TUNNEL,
        new Endpoints(local, remote, Optional.empty()),
        List.of(PAIR),
        lifetime);
  }

  public static SaKeys keys(int fill) {
    byte[] octets = new byte[20];
    Arrays.fill(octets, (byte) fill);
    return new SaKeys(SecretBytes.wrap(octets), SecretBytes.empty());
  }

  public static PlaneChange.PutPolicy put(SelectorPair pair, PolicyAction action) {
    return new PlaneChange.PutPolicy(Direction.OUTBOUND, pair, 1000, action);
  }

  public static PlaneChange.PutPolicy protect(SecurityAssociation sa) {
    return put(PAIR, new PolicyAction.Protect(sa.id(), sa.mode(), sa.endpoints()));
  }

  @Override
  public void close() {
    plane.close();
    if (owns) {
      router.close();
    }
    timer.shutdownNow();
  }
}
