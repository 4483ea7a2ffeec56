package io.keyway.it.interop.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.core.Infrap4dModel;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.PlaneManager;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.sad.SadCore;
import io.keyway.sad.SadEnvironment;
import io.keyway.spd.SpdCore;
import io.keyway.spd.SpdEnvironment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The real databases and southbound in front of an emulated E2100, put together as their components
 * do it; the test plays host and wire.
 */
final class EmulatedSite {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Emulator emulator;
  private final SadCore sad;
  private final SpdCore spd;

  EmulatedSite(Path dir) throws Exception {
    emulator =
        new Emulator(
            EmulatorConfig.onLoopback("left", "wan"),
            new Wire("wan", Clock.systemUTC()),
            new SecureRandom(),
            Clock.systemUTC());
    emulator.start();
    ExecutorService executor = Executors.newCachedThreadPool();
    ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    sad =
        SadCore.open(
            new SadEnvironment(
                System::nanoTime,
                Clock.systemUTC(),
                executor,
                Executors.newSingleThreadExecutor(),
                (delay, task) -> {
                  Future<?> future =
                      timers.schedule(
                          () -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                  return () -> future.cancel(false);
                },
                SadEnvironment.Settings.DEFAULT),
            dir.resolve("burnt-keys.journal"),
            "interop");
    spd =
        new SpdCore(
            new SpdEnvironment(
                executor,
                (delay, task) -> {
                  Future<?> future =
                      timers.schedule(
                          () -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                  return () -> future.cancel(false);
                },
                SpdEnvironment.Settings.DEFAULT));
    DataPlane plane = plane(timers);
    sad.bind(plane);
    spd.bind(plane);
    awaitReady(plane);
  }

  private DataPlane plane(ScheduledExecutorService timers) throws InterruptedException {
    InetSocketAddress address = emulator.addresses().get(0);
    AtomicReference<DataPlane> made = new AtomicReference<>();
    CountDownLatch registered = new CountDownLatch(1);
    PlaneManager manager =
        new PlaneManager(
            new Infrap4dModel(),
            configured -> {
              Infrap4dSettings settings =
                  Infrap4dSettings.parse(configured.name(), configured.settings());
              return new Infrap4dPlane(
                  settings,
                  new GrpcConnector(settings, Instant.now()),
                  Executors.newSingleThreadScheduledExecutor(),
                  timers,
                  PlaneMemory.NONE,
                  Clock.systemUTC(),
                  new SecureRandom());
            },
            plane -> {
              made.set(plane);
              registered.countDown();
              return () -> {};
            },
            Executors.newSingleThreadExecutor());
    PlaneConfig config =
        new PlaneConfig(
            Connections.PLANE,
            "infrap4d",
            Map.of(
                "p4runtime-address",
                address.getAddress().getHostAddress() + ":" + address.getPort(),
                "tls/enabled",
                "false",
                "ike-elsewhere",
                "true"));
    manager.accept(
        new IntentSnapshot(
            1,
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(config.name(), config),
            Map.of()));
    if (!registered.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the southbound registered no plane");
    }
    return made.get();
  }

  private static void awaitReady(DataPlane plane) throws InterruptedException {
    for (int i = 0; i < 500 && !plane.status().ready(); i++) {
      Thread.sleep(20);
    }
    if (!plane.status().ready()) {
      throw new IllegalStateException("the emulated device is not ready: " + plane.status());
    }
  }

  SadService sad() {
    return sad;
  }

  SpdService spd() {
    return spd;
  }

  /** What the keeper of tunnels does from the moment a tunnel is configured. */
  Outcome hold(SelectorPair pair) throws Exception {
    ChildId holder = new ChildId(new Owner("tunnels", "1"), "hold", "c1");
    return spd.put(
            new Policy(
                holder,
                Connections.PLANE,
                Direction.OUTBOUND,
                pair,
                Policy.Priorities.HOLD,
                new PolicyAction.Hold()),
            LIMIT)
        .toCompletableFuture()
        .get(LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
  }

  /** A packet from the host; the kind of verdict. */
  String send(byte[] packet) {
    return emulator.device().transmit(packet, false).kind().name();
  }

  /** Frames that the device sent since the last call. */
  List<byte[]> takeFrames() {
    return emulator.takeFrames(0).items();
  }

  /** A packet from the host; the verdict in lower case. */
  JsonObject transmit(String packet) {
    Verdict verdict = emulator.device().transmit(HexFormat.of().parseHex(packet), false);
    JsonObject answer = new JsonObject();
    answer.addProperty("verdict", verdict.kind() + " " + verdict.reason());
    return answer;
  }

  /** A frame from the wire. */
  void receive(String frame) {
    emulator.device().receive(HexFormat.of().parseHex(frame));
  }

  /** Everything since the last call, and every counter. */
  JsonObject collect() {
    JsonObject answer = new JsonObject();
    answer.add("frames", hex(emulator.takeFrames(0).items()));
    answer.add(
        "delivered", hex(emulator.takeDelivered(0).items().stream().map(d -> d.packet()).toList()));
    JsonObject counters = new JsonObject();
    emulator.device().counters().snapshot().forEach(counters::addProperty);
    answer.add("counters", counters);
    return answer;
  }

  private static JsonArray hex(List<byte[]> items) {
    JsonArray array = new JsonArray();
    items.forEach(i -> array.add(HexFormat.of().formatHex(i)));
    return array;
  }
}
