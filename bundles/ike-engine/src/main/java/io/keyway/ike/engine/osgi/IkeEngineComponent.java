package io.keyway.ike.engine.osgi;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.crypto.AlgorithmReport;
import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.StateStore;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.cert.HttpFetcher;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.HostWatch;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.ike.engine.base.WireSettings;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the engine. Every service of another Keyway bundle is optional, dynamic and greedy:
 * updating one of those bundles must not restart the engine.
 */
@Component(
    service = IkeEngine.class,
    immediate = true,
    configurationPid = "io.keyway.ike.engine",
    property = "keyway.engine=" + NativeIkeEngine.NAME)
@Designate(ocd = IkeEngineConfig.class)
public final class IkeEngineComponent implements IkeEngine {
  private static final Logger LOG = LoggerFactory.getLogger(IkeEngineComponent.class);

  /** For one CRL or OCSP answer; a peer waits for us meanwhile. */
  private static final Duration FETCH_LIMIT = Duration.ofSeconds(4);

  private static final int LONGEST_ANSWER = 8 << 20;

  private final ThreadWorkers workers;
  private final NativeIkeEngine engine;
  private final Optional<HostWatch> hostWatch;

  /** With the settings of the PID. */
  @Activate
  public IkeEngineComponent(IkeEngineConfig config) {
    SecureRandom random = new SecureRandom();
    IkeCrypto crypto = IkeCrypto.create(random);
    int count =
        config.workers() > 0 ? config.workers() : Runtime.getRuntime().availableProcessors();
    workers = new ThreadWorkers(count);
    EngineSettings defaults = EngineSettings.defaults();
    EngineSettings settings =
        new EngineSettings(
            Duration.ofMillis(config.retransmit_first()),
            config.retransmit_base(),
            config.transmissions(),
            Duration.ofSeconds(config.half_open_timeout()),
            config.cookie_threshold(),
            config.half_open_limit(),
            Duration.ofSeconds(config.plane_timeout()),
            defaults.oldInboundLinger(),
            defaults.retryDelay(),
            defaults.lingerTimeout(),
            defaults.jitter(),
            config.nat_port(),
            defaults.backlog(),
            new EngineSettings.Flood(
                config.half_open_per_address(),
                config.puzzle_threshold(),
                defaults.flood().easiestPuzzle(),
                config.hardest_puzzle(),
                config.garbage_threshold()),
            new WireSettings(
                config.fragment_size_ipv4(),
                config.fragment_size_ipv6(),
                WireSettings.DEFAULT.reassemblyOctets(),
                Duration.ofSeconds(config.nat_keepalive()),
                Duration.ofSeconds(config.path_return())));
    engine =
        new NativeIkeEngine(
            settings,
            crypto,
            workers,
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString(),
            new HttpFetcher(workers.fetching(), FETCH_LIMIT, LONGEST_ANSWER));
    for (String connection : config.message_trace()) {
      engine.traceAlways(connection);
    }
    hostWatch =
        config.address_poll() == 0
            ? Optional.empty()
            : Optional.of(
                HostWatch.every(Duration.ofMillis(config.address_poll()), engine::hostChanged));
    LOG.info("native IKEv2 engine with {} workers; {}", count, providers(crypto));
  }

  /** Leaves SAs and peers alone. */
  private static String providers(IkeCrypto crypto) {
    return crypto.choices().stream()
        .map(choice -> choice.algorithm() + " by " + choice.provider())
        .collect(Collectors.joining(", "));
  }

  @Deactivate
  void stop() {
    hostWatch.ifPresent(HostWatch::close);
    engine.close();
    workers.close();
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSad(SadService service) {
    sad = service;
    engine.setSad(service);
  }

  void unbindSad(SadService service) {
    if (sad == service) {
      sad = null;
      engine.setSad(null);
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSpd(SpdService service) {
    spd = service;
    engine.setSpd(service);
  }

  void unbindSpd(SpdService service) {
    if (spd == service) {
      spd = null;
      engine.setSpd(null);
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindSecrets(SecretStore service) {
    secrets = service;
    engine.setSecrets(service);
  }

  void unbindSecrets(SecretStore service) {
    if (secrets == service) {
      secrets = null;
      engine.setSecrets(null);
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTransport(IkeTransport service) {
    transport = service;
    engine.setTransport(service);
  }

  void unbindTransport(IkeTransport service) {
    if (transport == service) {
      transport = null;
      engine.setTransport(null);
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindStateStore(StateStore service) {
    engine.setStateStore(service);
  }

  void unbindStateStore(StateStore service) {
    engine.unsetStateStore(service);
  }

  // Greedy references bind the new service before they unbind the old one.
  private volatile SadService sad;
  private volatile SpdService spd;
  private volatile SecretStore secrets;
  private volatile IkeTransport transport;

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public CompletionStage<Outcome> load(ConnectionConfig connection) {
    return engine.load(connection);
  }

  @Override
  public CompletionStage<Outcome> unload(String connection, Duration timeout) {
    return engine.unload(connection, timeout);
  }

  @Override
  public List<String> connections() {
    return engine.connections();
  }

  @Override
  public CompletionStage<ChildResult> initiate(String connection, String child, Duration timeout) {
    return engine.initiate(connection, child, timeout);
  }

  @Override
  public CompletionStage<ChildResult> initiate(
      String connection, String child, Optional<SelectorPair> packet, Duration timeout) {
    return engine.initiate(connection, child, packet, timeout);
  }

  @Override
  public CompletionStage<ChildResult> terminate(Selection selection, Duration timeout) {
    return engine.terminate(selection, timeout);
  }

  @Override
  public CompletionStage<ChildResult> rekey(Selection selection, Duration timeout) {
    return engine.rekey(selection, timeout);
  }

  @Override
  public CompletionStage<Outcome> move(
      String connection, Optional<InetAddress> local, Duration timeout) {
    return engine.move(connection, local, timeout);
  }

  @Override
  public CompletionStage<ChildResult> redirect(Selection selection, String to, Duration timeout) {
    return engine.redirect(selection, to, timeout);
  }

  @Override
  public List<IkeSaStatus> snapshot() {
    return engine.snapshot();
  }

  @Override
  public List<IkeSaStatus> snapshot(Selection selection) {
    return engine.snapshot(selection);
  }

  @Override
  public List<AlgorithmReport> algorithms() {
    return engine.algorithms();
  }

  @Override
  public List<AddressLease> leases() {
    return engine.leases();
  }

  @Override
  public Map<String, Long> counters() {
    return engine.counters();
  }

  @Override
  public Outcome trace(Optional<String> connection, Duration duration) {
    return engine.trace(connection, duration);
  }

  @Override
  public Map<String, Instant> traces() {
    return engine.traces();
  }

  @Override
  public Registration subscribe(Consumer<EngineEvent> listener) {
    return engine.subscribe(listener);
  }
}
