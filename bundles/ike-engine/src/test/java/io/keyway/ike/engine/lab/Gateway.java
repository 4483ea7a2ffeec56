package io.keyway.ike.engine.lab;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One engine with its plane, secrets and port to the network. */
public final class Gateway {
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());

  public final VirtualTime time;
  public final FakeStore store;
  public final FakePlane plane;
  public final FakeSecrets secrets = new FakeSecrets().with("psk", "a shared secret");
  private final Net net;
  private final EngineSettings settings;
  private final long seed;
  private final VirtualTime.Life workers;
  public final Net.Port port;
  public final NativeIkeEngine engine;
  public final List<EngineEvent> events = new ArrayList<>();

  public Gateway(VirtualTime time, Net net, EngineSettings settings, int firstSpi) {
    this(time, net, settings, firstSpi, 0);
  }

  /** The seed decides SPIs, nonces and jitter, and so who wins a collision. */
  public Gateway(VirtualTime time, Net net, EngineSettings settings, int firstSpi, long seed) {
    this(time, net, settings, new FakePlane(time, firstSpi), new FakeStore(time), seed + firstSpi);
  }

  private Gateway(
      VirtualTime time,
      Net net,
      EngineSettings settings,
      FakePlane plane,
      FakeStore store,
      long seed) {
    this.time = time;
    this.store = store;
    this.net = net;
    this.settings = settings;
    this.plane = plane;
    this.seed = seed;
    port = net.port();
    workers = time.life();
    engine =
        new NativeIkeEngine(
            settings, CRYPTO, workers, time, new SeededRandom(seed), "life-" + seed);
    engine.setStateStore(store);
    engine.setSad(plane);
    engine.setSpd(plane.spd());
    engine.setSecrets(secrets);
    engine.setTransport(port);
    engine.subscribe(events::add);
  }

  /** Another life, after this one was killed: the plane goes on, and nobody was told. */
  public Gateway reborn() {
    return reborn(false);
  }

  /** Another life; with {@code empty} the plane lost everything, too. */
  public Gateway reborn(boolean empty) {
    engine.close();
    port.unbindAll();
    // What was asked of the plane before comes to it all the same; who restarts it tidies its SPIs.
    time.run(Duration.ofSeconds(1));
    workers.end();
    plane.leases().clear();
    if (empty) {
      plane.wipe();
    }
    plane.setEarlier(plane.sas().stream().map(FakePlane.Installed::sa).toList());
    store.crash();
    return new Gateway(time, net, settings, plane, store, seed + 0x100000);
  }

  public Outcome load(ConnectionConfig config) {
    return get(engine.load(config));
  }

  public ChildResult initiate(String connection, String child) {
    return get(engine.initiate(connection, child, Duration.ofSeconds(30)));
  }

  /** Moves time until a stage is done. */
  public <T> T get(CompletionStage<T> stage) {
    boolean done = time.until(Duration.ofHours(1), () -> stage.toCompletableFuture().isDone());
    if (!done) {
      throw new AssertionError("a stage never completes");
    }
    return stage.toCompletableFuture().join();
  }

  public <E extends EngineEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  public IkeSaStatus onlySa() {
    List<IkeSaStatus> all = engine.snapshot();
    if (all.size() != 1) {
      throw new AssertionError("one IKE SA expected, there are " + all);
    }
    return all.get(0);
  }

  public List<ChildSaStatus> children() {
    return engine.snapshot().stream().flatMap(sa -> sa.children().stream()).toList();
  }

  public long count(String counter) {
    return engine.counters().getOrDefault(counter, 0L);
  }
}
