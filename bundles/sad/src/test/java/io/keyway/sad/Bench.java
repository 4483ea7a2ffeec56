package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.testing.FakePlane;
import io.keyway.testing.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A database on one fake plane, and shorthands for what tests ask of it. */
final class Bench {

  static final Duration TIMEOUT = Duration.ofSeconds(3);
  static final Owner ENGINE = new Owner("ike-native", "one");
  static final InetAddress LOCAL = address("192.0.2.1");
  static final InetAddress REMOTE = address("192.0.2.2");
  static final SelectorPair PAIR =
      new SelectorPair(
          TrafficSelector.host(address("10.1.0.1"), 6),
          TrafficSelector.host(address("10.2.0.1"), 6));

  final ManualTime time = new ManualTime();
  final FakePlane plane;
  final List<SadEvent> events = new ArrayList<>();
  final Path journal;
  SadCore sad;

  /** Another process on a device that went on. */
  Bench(Path directory, FakePlane plane, String process) {
    this.plane = plane;
    journal = directory.resolve("burnt");
    open(process);
  }

  Bench(Path directory) {
    plane = FakePlane.narrow("ipu-1");
    journal = directory.resolve("burnt");
    open("run-1");
    sad.bind(plane);
    plane.connect();
    time.settle();
  }

  SadEnvironment environment() {
    return new SadEnvironment(
        time::nanos, time, time, Runnable::run, time::schedule, SadEnvironment.Settings.DEFAULT);
  }

  void open(String process) {
    try {
      sad = SadCore.open(environment(), journal, process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sad.subscribe(events::add);
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The answer, which must be there by now. */
  <T> T now(CompletionStage<T> stage) {
    time.settle();
    if (!stage.toCompletableFuture().isDone()) {
      throw new AssertionError("no answer yet");
    }
    return stage.toCompletableFuture().join();
  }

  SpiLease reserve() {
    Result<SpiLease> result = now(sad.reserve("ipu-1", TIMEOUT));
    return result.value().orElseThrow(() -> new AssertionError(result.outcome()));
  }

  static SecurityAssociation sa(Direction direction, SpiLease lease, String uid) {
    return sa(direction, lease, uid, Lifetime.UNLIMITED, true);
  }

  static SecurityAssociation sa(
      Direction direction, SpiLease lease, String uid, Lifetime lifetime, boolean esn) {
    boolean in = direction == Direction.INBOUND;
    SaId id =
        new SaId(
            lease.plane(),
            direction,
            in ? lease.spi() : new Spi(0xC0000000L + lease.index()),
            in ? LOCAL : REMOTE,
            lease.index());
    return new SecurityAssociation(
        id,
        new ChildId(ENGINE, uid, "tunnel-" + uid, "peer-of-" + uid),
        lease,
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        esn,
        64,
        IpsecMode.TUNNEL,
        Endpoints.of(LOCAL, REMOTE),
        List.of(PAIR),
        lifetime);
  }

  /** A key that is the same for the same seed. */
  static SaKeys keys(int seed) {
    byte[] octets = new byte[36];
    Arrays.fill(octets, (byte) seed);
    return new SaKeys(SecretBytes.wrap(octets), SecretBytes.empty());
  }

  Outcome add(SecurityAssociation sa, int seed) {
    SaKeys keys = keys(seed);
    CompletionStage<Outcome> stage = sad.add(sa, keys, TIMEOUT);
    Outcome outcome = now(stage);
    if (!keys.encryption().isWiped()) {
      throw new AssertionError("the key is still there after " + outcome);
    }
    return outcome;
  }

  /** Both halves of a child. */
  List<SecurityAssociation> child(String uid, int seed) {
    SpiLease lease = reserve();
    SecurityAssociation in = sa(Direction.INBOUND, lease, uid);
    SecurityAssociation out = sa(Direction.OUTBOUND, lease, uid);
    if (!add(in, seed).done() || !add(out, seed + 100).done()) {
      throw new AssertionError("the child was not installed");
    }
    return List.of(in, out);
  }

  String state(SaId id) {
    return sad.entries().stream()
        .filter(entry -> entry.sa().id().equals(id))
        .map(entry -> entry.state())
        .findFirst()
        .orElse("none");
  }
}
