package io.keyway.it.interop.engine;

import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.cert.HttpFetcher;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.HostWatch;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.ike.engine.base.WireSettings;
import io.keyway.state.InMemoryStateStore;
import io.keyway.state.Quota;
import io.keyway.transport.TransportLimits;
import io.keyway.transport.UdpIkeTransport;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** Puts the engine together as its component does in the container. */
final class Engines {

  private Engines() {}

  static NativeIkeEngine start(SadService sad, SpdService spd, SecretStore secrets)
      throws IOException {
    EngineSettings settings = EngineSettings.defaults();
    long retransmit = Long.getLong("keyway.it.retransmitMillis", 1000);
    settings = settings.withRetransmission(Duration.ofMillis(retransmit), 1.4, 6);
    int cookies = Integer.getInteger("keyway.it.cookieThreshold", settings.cookieThreshold());
    settings = settings.withHalfOpen(settings.halfOpenTimeout(), cookies, settings.halfOpenLimit());
    settings = withShortLinger(settings);
    SecureRandom random = new SecureRandom();
    ThreadWorkers workers = new ThreadWorkers(2);
    NativeIkeEngine engine =
        new NativeIkeEngine(
            settings,
            IkeCrypto.create(random),
            workers,
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString(),
            new HttpFetcher(workers.fetching(), Duration.ofSeconds(2), 1 << 20));
    // So that the search for keys in the log covers the trace of messages, too.
    engine.traceAlways("*");
    engine.setStateStore(new InMemoryStateStore(Quota.DEFAULT));
    engine.setSad(sad);
    engine.setSpd(spd);
    engine.setSecrets(secrets);
    engine.setTransport(
        UdpIkeTransport.start(
            TransportLimits.DEFAULT,
            System::nanoTime,
            task -> {
              Thread thread = new Thread(task, "ike transport");
              thread.setDaemon(true);
              return thread;
            }));
    // Never closed: the process is killed.
    HostWatch.every(Duration.ofMillis(200), engine::hostChanged);
    return engine;
  }

  /** Who tests what peers do with puzzles need not make a flood first. */
  private static EngineSettings.Flood flood(EngineSettings.Flood usual) {
    return new EngineSettings.Flood(
        usual.perAddress(),
        usual.puzzleThreshold(),
        usual.easiestPuzzle(),
        usual.hardestPuzzle(),
        Integer.getInteger("keyway.it.garbageThreshold", usual.garbageThreshold()));
  }

  /** Old SAs go after a second instead of five: the tests wait for it. */
  private static EngineSettings withShortLinger(EngineSettings s) {
    return new EngineSettings(
        s.retransmitFirst(),
        s.retransmitBase(),
        s.transmissions(),
        s.halfOpenTimeout(),
        s.cookieThreshold(),
        s.halfOpenLimit(),
        s.planeTimeout(),
        Duration.ofMillis(Long.getLong("keyway.it.lingerMillis", 1000)),
        s.retryDelay(),
        s.lingerTimeout(),
        s.jitter(),
        s.natPort(),
        s.backlog(),
        flood(EngineSettings.Flood.DEFAULT),
        new WireSettings(
            Integer.getInteger("keyway.it.fragmentSize", 1280),
            1280,
            WireSettings.DEFAULT.reassemblyOctets(),
            Duration.ofSeconds(Integer.getInteger("keyway.it.natKeepalive", 20)),
            Duration.ofMillis(Long.getLong("keyway.it.pathReturnMillis", 60_000))));
  }
}
