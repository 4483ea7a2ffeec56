package io.keyway.plane.infrap4d.core;

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
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.PlaneMemory;
import io.keyway.plane.support.settings.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A plane on a fake device, driven by hand. */
final class Bench {

  static final Duration LONG = Duration.ofSeconds(60);
  static final InetAddress LOCAL = address("192.0.2.1");
  static final InetAddress REMOTE = address("198.51.100.1");
  static final InetAddress HOST = address("10.1.0.1");
  static final int TCP = 6;

  final ManualExecutor executor = new ManualExecutor();
  final ManualExecutor timer = new ManualExecutor();
  final FakeDevice device;
  final List<PlaneEvent> events = new ArrayList<>();
  final List<SaKeys> keys = new ArrayList<>();
  final Memory memory;
  final Infrap4dPlane plane;

  /** A memory whose disk has what was synced, and maybe some of what came after. */
  static final class Memory implements PlaneMemory {
    final Map<String, byte[]> now = new TreeMap<>();
    private final Map<String, byte[]> disk = new TreeMap<>();
    private final List<Map.Entry<String, Optional<byte[]>>> unsynced = new ArrayList<>();
    long life = 1;
    String full = "";
    String broken = "";
    int syncs;

    @Override
    public long life() {
      return life;
    }

    @Override
    public Map<String, byte[]> load(String plane, int schema) {
      return new TreeMap<>(now);
    }

    @Override
    public String put(String plane, String key, int schema, byte[] octets) {
      if (full.isEmpty()) {
        now.put(key, octets);
        unsynced.add(Map.entry(key, Optional.of(octets)));
      }
      return full;
    }

    @Override
    public void remove(String plane, String key) {
      now.remove(key);
      unsynced.add(Map.entry(key, Optional.empty()));
    }

    @Override
    public CompletionStage<Void> sync() {
      if (!broken.isEmpty()) {
        return CompletableFuture.failedFuture(new IOException(broken));
      }
      syncs++;
      reach(disk, unsynced.size());
      unsynced.clear();
      return CompletableFuture.completedFuture(null);
    }

    private void reach(Map<String, byte[]> target, int changes) {
      for (var change : unsynced.subList(0, changes)) {
        if (change.getValue().isPresent()) {
          target.put(change.getKey(), change.getValue().get());
        } else {
          target.remove(change.getKey());
        }
      }
    }

    /** What the next process finds: all that was synced, and some that was not. */
    Memory crash(Random random) {
      Memory next = new Memory();
      next.now.putAll(disk);
      reach(next.now, random.nextInt(unsynced.size() + 1));
      next.disk.putAll(next.now);
      return next;
    }
  }

  Bench() {
    this(new FakeDevice(1), settings(), new Memory());
  }

  Bench(FakeDevice device, Infrap4dSettings settings, Memory memory) {
    this.device = device;
    this.memory = memory;
    this.plane =
        new Infrap4dPlane(
            settings, device, executor, timer, memory, executor.clock(), new Random(7));
    plane.subscribe(events::add);
    plane.start();
    executor.run();
  }

  static Infrap4dSettings settings() {
    return Infrap4dSettings.plaintext("ipu-1", new HostPort("localhost", 9559));
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Runs the worker until the answer is there. */
  <T> T get(CompletionStage<T> stage) {
    executor.run();
    return stage.toCompletableFuture().getNow(null);
  }

  List<Outcome> apply(PlaneChange... changes) {
    return get(plane.apply(plane.generation(), List.of(changes), LONG));
  }

  SpiLease lease() {
    return get(plane.allocateSpi(LONG)).value().orElseThrow();
  }

  static SelectorPair pair(String remote, int protocol) {
    return new SelectorPair(
        TrafficSelector.host(HOST, protocol), TrafficSelector.host(address(remote), protocol));
  }

  static SaId id(SpiLease lease, Direction direction) {
    boolean inbound = direction == Direction.INBOUND;
    return new SaId(
        "ipu-1",
        direction,
        inbound ? lease.spi() : new Spi(0xC0000000L + lease.index()),
        inbound ? LOCAL : REMOTE,
        lease.index());
  }

  static SecurityAssociation sa(
      SpiLease lease, Direction direction, IpsecMode mode, String remoteHost) {
    return new SecurityAssociation(
        id(lease, direction),
        new ChildId(new Owner("test", "1"), "c" + lease.index(), "site"),
        lease,
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        true,
        64,
        mode,
        Endpoints.of(LOCAL, REMOTE),
        List.of(pair(remoteHost, TCP)),
        Lifetime.UNLIMITED);
  }

  SaKeys keys() {
    byte[] octets = new byte[36];
    java.util.Arrays.fill(octets, (byte) 0x5A);
    SaKeys made = new SaKeys(SecretBytes.wrap(octets), SecretBytes.empty());
    keys.add(made);
    return made;
  }

  PlaneChange add(SpiLease lease, Direction direction) {
    return add(lease, direction, IpsecMode.TUNNEL, "10.2.0.1");
  }

  PlaneChange add(SpiLease lease, Direction direction, IpsecMode mode, String remoteHost) {
    return new PlaneChange.AddSa(sa(lease, direction, mode, remoteHost), keys());
  }

  static PlaneChange remove(SpiLease lease, Direction direction) {
    return new PlaneChange.RemoveSa(id(lease, direction));
  }

  static PlaneChange protect(SpiLease lease) {
    return protect(lease, IpsecMode.TUNNEL, "10.2.0.1", TCP);
  }

  static PlaneChange protect(SpiLease lease, IpsecMode mode, String remoteHost, int protocol) {
    return new PlaneChange.PutPolicy(
        Direction.OUTBOUND,
        pair(remoteHost, protocol),
        1000,
        new PolicyAction.Protect(id(lease, Direction.OUTBOUND), mode, Endpoints.of(LOCAL, REMOTE)));
  }

  static PlaneChange hold() {
    return hold("10.2.0.1", TCP);
  }

  static PlaneChange hold(String remoteHost, int protocol) {
    return new PlaneChange.PutPolicy(
        Direction.OUTBOUND, pair(remoteHost, protocol), 100, new PolicyAction.Hold());
  }

  static PlaneChange clear() {
    return new PlaneChange.RemovePolicy(Direction.OUTBOUND, pair("10.2.0.1", TCP));
  }

  /** A whole tunnel, up. */
  SpiLease up() {
    SpiLease lease = lease();
    apply(hold());
    apply(add(lease, Direction.INBOUND), add(lease, Direction.OUTBOUND), protect(lease));
    return lease;
  }

  List<Outcome.Kind> kinds(PlaneChange... changes) {
    return apply(changes).stream().map(Outcome::kind).toList();
  }

  boolean keysAreGone() {
    return keys.stream().allMatch(k -> k.encryption().isWiped() && k.integrity().isWiped());
  }
}
