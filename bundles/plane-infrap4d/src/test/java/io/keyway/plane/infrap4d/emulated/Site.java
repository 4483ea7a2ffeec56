package io.keyway.plane.infrap4d.emulated;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus;
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
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.esp.IpPacket;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.device.GrpcConnector;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.infrap4d.settings.Timing;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.settings.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One emulated device on a wire, and a plane that drives it over gRPC. */
final class Site implements AutoCloseable {

  static final Duration LONG = Duration.ofSeconds(20);
  static final int UDP = 17;

  /** Quick, but with room for a slow machine. */
  static final Timing QUICK =
      new Timing(
          Duration.ofMillis(2_000),
          Duration.ofSeconds(600),
          Duration.ofMillis(200),
          Duration.ofMillis(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(20));

  final Emulator emulator;
  final Infrap4dPlane plane;
  final BlockingQueue<PlaneEvent> events = new LinkedBlockingQueue<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  Site(String name, Wire wire) throws IOException {
    this(EmulatorConfig.onLoopback(name, "wire"), wire);
  }

  Site(EmulatorConfig config, Wire wire) throws IOException {
    this(config, wire, s -> s);
  }

  Site(EmulatorConfig config, Wire wire, java.util.function.UnaryOperator<Infrap4dSettings> change)
      throws IOException {
    emulator = new Emulator(config, wire, new SecureRandom(), InstantSource.system());
    emulator.start();
    plane = plane(change.apply(settings()));
    plane.subscribe(events::add);
    plane.start();
  }

  Infrap4dSettings settings() {
    return Infrap4dSettings.plaintext(
            emulator.config().site(),
            new HostPort("127.0.0.1", emulator.addresses().get(0).getPort()))
        .withTiming(QUICK);
  }

  Infrap4dPlane plane(Infrap4dSettings settings) {
    return new Infrap4dPlane(
        settings,
        new GrpcConnector(settings, Instant.now()),
        Executors.newSingleThreadScheduledExecutor(),
        timer,
        PlaneMemory.NONE,
        Clock.systemUTC(),
        new Random(1));
  }

  /** Waits for an event; fails when it does not come. */
  PlaneEvent await(Predicate<PlaneEvent> wanted) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (true) {
      PlaneEvent event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("no such event; status " + plane.status());
      }
      if (wanted.test(event)) {
        return event;
      }
    }
  }

  Site ready() throws InterruptedException {
    await(PlaneEvent.Up.class::isInstance);
    return this;
  }

  /** Waits for a status that is no event. */
  PlaneStatus status(Predicate<PlaneStatus> wanted) throws InterruptedException {
    long end = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() < end) {
      PlaneStatus now = plane.status();
      if (wanted.test(now)) {
        return now;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("never: " + plane.status());
  }

  List<Outcome> apply(PlaneChange... changes) {
    return plane.apply(plane.generation(), List.of(changes), LONG).toCompletableFuture().join();
  }

  SpiLease lease() {
    return plane.allocateSpi(LONG).toCompletableFuture().join().value().orElseThrow();
  }

  long count(Counter counter) {
    return emulator.device().counters().get(counter);
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** One end of a tunnel. */
  record End(String outer, String host) {}

  static SelectorPair pair(End mine, End theirs) {
    return new SelectorPair(
        TrafficSelector.host(address(mine.host()), UDP),
        TrafficSelector.host(address(theirs.host()), UDP));
  }

  PlaneChange add(
      SpiLease lease,
      Direction direction,
      Spi spi,
      End mine,
      End theirs,
      byte[] key,
      IpsecMode mode,
      Lifetime lifetime) {
    return new PlaneChange.AddSa(
        new SecurityAssociation(
            new SaId(
                plane.name(),
                direction,
                spi,
                address(direction == Direction.INBOUND ? mine.outer() : theirs.outer()),
                lease.index()),
            new ChildId(new Owner("test", "1"), "c" + lease.index(), "site"),
            lease,
            key.length == 20
                ? EncryptionAlgorithm.AES_GCM_16_128
                : EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            true,
            64,
            mode,
            Endpoints.of(address(mine.outer()), address(theirs.outer())),
            List.of(pair(mine, theirs)),
            lifetime),
        new SaKeys(SecretBytes.copyOf(key), SecretBytes.empty()));
  }

  static PlaneChange hold(End mine, End theirs) {
    return new PlaneChange.PutPolicy(
        Direction.OUTBOUND, pair(mine, theirs), 100, new PolicyAction.Hold());
  }

  PlaneChange protect(SpiLease lease, Spi peer, End mine, End theirs, IpsecMode mode) {
    return new PlaneChange.PutPolicy(
        Direction.OUTBOUND,
        pair(mine, theirs),
        1000,
        new PolicyAction.Protect(
            new SaId(
                plane.name(), Direction.OUTBOUND, peer, address(theirs.outer()), lease.index()),
            mode,
            Endpoints.of(address(mine.outer()), address(theirs.outer()))));
  }

  PlaneChange remove(SpiLease lease, Direction direction, Spi spi, End mine, End theirs) {
    return new PlaneChange.RemoveSa(
        new SaId(
            plane.name(),
            direction,
            spi,
            address(direction == Direction.INBOUND ? mine.outer() : theirs.outer()),
            lease.index()));
  }

  /** A UDP datagram from the host behind one end to the host behind the other. */
  static byte[] datagram(End from, End to, String text) {
    byte[] payload = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] udp = Arrays.copyOf(new byte[] {0, 7, 0, 9, 0, 0, 0, 0}, 8 + payload.length);
    udp[4] = (byte) (udp.length >>> 8);
    udp[5] = (byte) udp.length;
    System.arraycopy(payload, 0, udp, 8, payload.length);
    return IpPacket.ofV4(
            address(from.host()).getAddress(),
            address(to.host()).getAddress(),
            UDP,
            0,
            64,
            false,
            udp)
        .toBytes();
  }

  List<Delivered> delivered() {
    return emulator.takeDelivered(1000).items();
  }

  @Override
  public void close() {
    plane.close();
    emulator.close();
    timer.shutdownNow();
  }
}
