package io.keyway.ike.engine;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.crypto.AlgorithmReport;
import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport;
import io.keyway.api.ike.Mobility;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.StateStore;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.cert.Fetcher;
import io.keyway.ike.engine.address.Leases;
import io.keyway.ike.engine.auth.Authenticators;
import io.keyway.ike.engine.base.EngineCounters;
import io.keyway.ike.engine.base.EngineServices;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.EventBus;
import io.keyway.ike.engine.base.HostAddresses;
import io.keyway.ike.engine.base.Workers;
import io.keyway.ike.engine.log.MessageObserver;
import io.keyway.ike.engine.log.MessageTrace;
import io.keyway.ike.engine.recovery.Recovery;
import io.keyway.ike.engine.sa.Connection;
import io.keyway.ike.engine.sa.Control;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.IkeSa;
import io.keyway.ike.engine.sa.Initiation;
import io.keyway.ike.engine.sa.Leftovers;
import io.keyway.ike.engine.sa.MoveOrder;
import io.keyway.ike.engine.sa.ReassemblyBudget;
import io.keyway.ike.engine.sa.SaDirectory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * IKEv2 in Java (RFC 7296). Services of other bundles are set when they come and taken away when
 * they go; what lives goes on without them as far as it can. Closing tells no peer and deletes
 * nothing: traffic flows on, and the next life of the engine takes the rest over.
 */
public final class NativeIkeEngine implements IkeEngine, AutoCloseable {
  /** Name of this engine, also its owner's name in SAD and SPD. */
  public static final String NAME = "ike-native";

  private static final Logger LOG = LoggerFactory.getLogger(NativeIkeEngine.class);

  private final EngineContext ctx;
  private final Connections connections = new Connections();
  private final Dispatcher dispatcher;
  private final Operations operations;
  private Registration transportRegistration = () -> {};
  private Registration sadRegistration = () -> {};

  /**
   * An engine without services; it can be told of connections at once.
   *
   * @param instance names this life of the engine, different at each start
   */
  public NativeIkeEngine(
      EngineSettings settings,
      IkeCrypto crypto,
      Workers workers,
      Clock clock,
      SecureRandom random,
      String instance) {
    this(settings, crypto, workers, clock, random, instance, Fetcher.NONE);
  }

  /** The same with a way to fetch CRLs and to ask OCSP responders. */
  public NativeIkeEngine(
      EngineSettings settings,
      IkeCrypto crypto,
      Workers workers,
      Clock clock,
      SecureRandom random,
      String instance,
      Fetcher fetcher) {
    EngineServices services = new EngineServices();
    EngineCounters counters = new EngineCounters();
    ctx =
        new EngineContext(
            settings,
            services,
            new Authenticators(
                services::secrets, workers.blocking(), clock, crypto, fetcher, random),
            crypto,
            workers,
            clock,
            random,
            new Owner(NAME, instance),
            new EventBus(),
            counters,
            new MessageObserver(counters, new MessageTrace(clock)),
            new SaDirectory(),
            new Leftovers(services, settings.planeTimeout()),
            new Leases(clock),
            new AtomicInteger(),
            new ReassemblyBudget(settings.wire().reassemblyOctets()),
            new Recovery(NAME, random, clock));
    operations = new Operations(ctx, connections);
    dispatcher = new Dispatcher(ctx, new InitResponder(ctx, connections));
  }

  // --- services of other bundles ------------------------------------------------------------

  /** Sets or, with null, takes away the transport. */
  public synchronized void setTransport(IkeTransport transport) {
    transportRegistration.close();
    transportRegistration = () -> {};
    ctx.services().setTransport(transport);
    if (transport != null) {
      for (InetSocketAddress local : connections.locals()) {
        Outcome bound = transport.bind(local, false);
        if (!bound.done() && ctx.services().host().has(local.getAddress())) {
          LOG.warn("{} cannot be used for IKE: {}", local, bound.reason());
        }
      }
      connections.all().forEach(connection -> bindMore(connection.config()));
      transportRegistration = transport.attach(dispatcher);
    }
  }

  /**
   * Sets or, with null, takes away the SAD; what earlier lives of the engine left is taken over.
   */
  public synchronized void setSad(SadService sad) {
    sadRegistration.close();
    sadRegistration = () -> {};
    ctx.services().setSad(sad);
    if (sad != null) {
      List<SecurityAssociation> left =
          sad.adopt(NAME, ctx.owner().instance()).stream()
              .filter(sa -> ctx.directory().child(sa.child().uid()).isEmpty())
              .toList();
      ctx.leftovers().adopt(left);
      sadRegistration = sad.subscribe(this::sadEvent);
      ctx.leftovers().settle();
    }
  }

  /** Sets or, with null, takes away the SPD. */
  public synchronized void setSpd(SpdService spd) {
    ctx.services().setSpd(spd);
    ctx.leftovers().settle();
  }

  /** Sets or, with null, takes away the secrets. */
  public synchronized void setSecrets(SecretStore secrets) {
    ctx.services().setSecrets(secrets);
  }

  /** There is a state store, or another one. */
  public synchronized void setStateStore(StateStore store) {
    ctx.leases().useStore(store);
    ctx.recovery().use(store);
  }

  /** A state store is gone. */
  public synchronized void unsetStateStore(StateStore store) {
    ctx.leases().forgetStore(store);
    ctx.recovery().forget(store);
  }

  private void sadEvent(SadEvent event) {
    if (event instanceof SadEvent.Expired expired) {
      if (isOurs(expired.child().owner())) {
        Control.expired(ctx.directory(), ctx.leftovers(), expired);
      }
    } else if (event instanceof SadEvent.Burnt burnt) {
      if (isOurs(burnt.child().owner())) {
        Control.burnt(ctx.directory(), ctx.leftovers(), burnt);
      }
    } else if (event instanceof SadEvent.PeerSeen seen) {
      if (isOurs(seen.child().owner())) {
        Control.peerSeen(ctx.directory(), seen);
      }
    } else if (event instanceof SadEvent.PlaneUp up) {
      Control.planeUp(ctx.directory(), up.plane());
    }
  }

  private static boolean isOurs(Owner owner) {
    return owner.name().equals(NAME);
  }

  /** Detaches from the services. SAs stay in the plane, and no peer is told. */
  @Override
  public synchronized void close() {
    transportRegistration.close();
    transportRegistration = () -> {};
    sadRegistration.close();
    sadRegistration = () -> {};
    ctx.services().setTransport(null);
    ctx.services().setSad(null);
    ctx.services().setSpd(null);
    ctx.services().setSecrets(null);
  }

  // --- connections --------------------------------------------------------------------------

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CompletionStage<Outcome> load(ConnectionConfig config) {
    return CompletableFuture.completedFuture(loadNow(config));
  }

  private synchronized Outcome loadNow(ConnectionConfig config) {
    Optional<String> problem = ConfigCheck.problem(config, ctx.crypto());
    if (problem.isPresent()) {
      return Outcome.refused("connection '" + config.name() + "': " + problem.get());
    }
    Optional<ConnectionConfig> before = connections.get(config.name()).map(Connection::config);
    if (before.isPresent() && before.get().equals(config)) {
      return Outcome.same();
    }
    Optional<IkeTransport> transport = ctx.services().transport();
    if (transport.isPresent()) {
      Outcome bound = transport.get().bind(Connections.localOf(config), false);
      if (!bound.done() && !mayBeElsewhere(config)) {
        return new Outcome(
            bound.kind(),
            "connection '"
                + config.name()
                + "': "
                + Connections.localOf(config)
                + " cannot be used for IKE: "
                + bound.reason());
      }
    }
    bindMore(config);
    ctx.authenticators().prepare(config.authentication());
    Connection connection = connections.put(config);
    if (before.isPresent()) {
      connection.sas().forEach(sa -> Control.reconfigured(sa, before.get()));
      Connections.localsOf(before.get()).forEach(this::unbindIfUnused);
      removedChildren(before.get(), config).forEach(ctx.leftovers()::remove);
    }
    return Outcome.ok();
  }

  /** A host that roams may start where it does not have its first address. */
  private static boolean mayBeElsewhere(ConnectionConfig config) {
    Mobility mobility = config.options().mobility();
    return mobility.enabled()
        && !(mobility.addresses().isEmpty() && mobility.interfaces().isEmpty());
  }

  /**
   * Other addresses that may serve, as far as they are there; and where a NAT may be worked around,
   * or a peer expects that one may come (RFC 4555 section 3.3), the port for it.
   */
  private void bindMore(ConnectionConfig config) {
    Optional<IkeTransport> transport = ctx.services().transport();
    if (transport.isEmpty()) {
      return;
    }
    boolean floats = config.natTraversal() || config.options().mobility().enabled();
    for (InetSocketAddress local : Connections.localsOf(config)) {
      if (!ctx.services().host().has(local.getAddress())) {
        continue;
      }
      Outcome bound = transport.get().bind(local, false);
      if (!bound.done()) {
        LOG.info("{} of {} cannot be used now: {}", local, config.name(), bound.reason());
      } else if (floats) {
        bindForNat(transport.get(), config, local.getAddress());
      }
    }
  }

  private void bindForNat(IkeTransport transport, ConnectionConfig config, InetAddress address) {
    InetSocketAddress local = new InetSocketAddress(address, ctx.settings().natPort());
    Outcome bound = transport.bind(local, true);
    if (!bound.done()) {
      LOG.warn("no NAT traversal for {}: {}", config.name(), bound.reason());
    }
  }

  /** Tells of the addresses that this machine has now. IKE SAs with MOBIKE move, or tell. */
  public synchronized void hostChanged(HostAddresses host) {
    ctx.services().setHost(host);
    for (Connection connection : connections.all()) {
      if (connection.config().options().mobility().enabled()) {
        bindMore(connection.config());
        connection.sas().forEach(Control::hostChanged);
      }
    }
  }

  private static List<String> removedChildren(ConnectionConfig before, ConnectionConfig after) {
    List<String> kept = after.children().stream().map(ChildConfig::name).toList();
    return before.children().stream()
        .map(ChildConfig::name)
        .filter(name -> !kept.contains(name))
        .toList();
  }

  private void unbindIfUnused(InetSocketAddress local) {
    if (!connections.uses(local)) {
      ctx.services().transport().ifPresent(t -> t.unbind(local));
    }
  }

  @Override
  public CompletionStage<Outcome> unload(String name, Duration timeout) {
    Optional<Connection> found = connections.get(name);
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(
          Outcome.absent("no connection '" + name + "' is loaded"));
    }
    Connection connection = found.get();
    if (!connections.remove(connection)) {
      return CompletableFuture.completedFuture(
          Outcome.absent("connection '" + name + "' is being unloaded already"));
    }
    ctx.recovery().shelf().drop(name);
    List<CompletableFuture<ChildResult>> ends = new ArrayList<>();
    for (IkeSa sa : connection.sas()) {
      ends.add(
          operations.within(
              sa,
              timeout,
              Control.terminateIke(sa, "connection " + name + " was removed"),
              "connection " + name + " was removed"));
    }
    for (ChildConfig child : connection.config().children()) {
      ends.add(ctx.leftovers().remove(child.name()).thenApply(n -> ChildResult.of(Outcome.ok())));
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
        .thenApply(
            nothing -> {
              List<InetSocketAddress> locals = Connections.localsOf(connection.config());
              synchronized (this) {
                connections.release(locals);
                locals.forEach(this::unbindIfUnused);
              }
              return Outcome.ok();
            });
  }

  @Override
  public List<String> connections() {
    return connections.names();
  }

  // --- SAs ----------------------------------------------------------------------------------

  @Override
  public CompletionStage<ChildResult> initiate(
      String connectionName, String childName, Duration timeout) {
    return initiate(connectionName, childName, Optional.empty(), timeout);
  }

  @Override
  public CompletionStage<ChildResult> initiate(
      String connectionName, String childName, Optional<SelectorPair> packet, Duration timeout) {
    Optional<Connection> connection = connections.get(connectionName);
    if (connection.isEmpty()) {
      return Operations.absent("no connection '" + connectionName + "' is loaded");
    }
    Optional<ChildConfig> child = connection.get().child(childName);
    return child.isEmpty()
        ? Operations.absent("connection '" + connectionName + "' has no child '" + childName + "'")
        : Initiation.start(ctx, connection.get(), child.get(), packet, timeout);
  }

  @Override
  public CompletionStage<ChildResult> terminate(Selection selection, Duration timeout) {
    return operations.terminate(selection, timeout);
  }

  @Override
  public CompletionStage<ChildResult> rekey(Selection selection, Duration timeout) {
    return operations.rekey(selection, timeout);
  }

  @Override
  public CompletionStage<Outcome> move(String name, Optional<InetAddress> local, Duration timeout) {
    List<IkeSa> sas =
        connections.get(name).map(c -> List.copyOf(c.sas())).orElse(List.of()).stream()
            .filter(sa -> sa.state().isEstablished())
            .toList();
    if (sas.isEmpty()) {
      return CompletableFuture.completedFuture(
          Outcome.absent("connection '" + name + "' has no established IKE SA"));
    }
    CompletableFuture<Outcome> all = CompletableFuture.completedFuture(Outcome.ok());
    for (IkeSa sa : sas) {
      // All are moved; the first refusal is the answer.
      all = all.thenCombine(MoveOrder.give(sa, local, timeout), (a, b) -> a.done() ? b : a);
    }
    return all;
  }

  @Override
  public CompletionStage<ChildResult> redirect(Selection selection, String to, Duration timeout) {
    return operations.redirect(selection, to, timeout);
  }

  // --- views --------------------------------------------------------------------------------

  @Override
  public List<IkeSaStatus> snapshot() {
    List<IkeSaStatus> all = new ArrayList<>();
    for (Connection connection : connections.all()) {
      connection.sas().forEach(sa -> all.add(sa.status()));
    }
    return List.copyOf(all);
  }

  @Override
  public List<IkeSaStatus> snapshot(Selection selection) {
    return operations.named(selection).map(IkeSa::status).filter(selection::covers).toList();
  }

  @Override
  public List<AlgorithmReport> algorithms() {
    return ctx.crypto().allChoices().stream()
        .map(
            choice ->
                new AlgorithmReport(
                    choice.algorithm(),
                    choice.provider(),
                    choice.candidates().stream()
                        .map(
                            c ->
                                new AlgorithmReport.Candidate(
                                    c.name(), c.usable(), c.verdict(), c.nanos()))
                        .toList()))
        .toList();
  }

  @Override
  public List<AddressLease> leases() {
    return ctx.leases().list();
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> counters = ctx.counters().snapshot();
    counters.put("ike-half-open", (long) ctx.halfOpen().get());
    counters.put("ike-half-open-garbage", (long) ctx.directory().spoilt().get());
    counters.put("ike-reassembly-octets", ctx.reassembly().used());
    counters.put("ike-tickets-held", (long) ctx.recovery().shelf().size());
    return counters;
  }

  // --- trace --------------------------------------------------------------------------------

  /** Traces a connection, or {@link MessageTrace#ALL}, for as long as the engine runs. */
  public void traceAlways(String connection) {
    ctx.messages().trace().always(connection);
  }

  @Override
  public Outcome trace(Optional<String> connection, Duration duration) {
    Optional<String> unknown = connection.filter(name -> connections.get(name).isEmpty());
    if (unknown.isPresent() && !duration.isZero()) {
      return Outcome.absent("no connection '" + unknown.get() + "' is loaded");
    }
    return ctx.messages().trace().set(connection.orElse(MessageTrace.ALL), duration)
        ? Outcome.ok()
        : Outcome.refused("too many connections are traced; trace all of them, or turn some off");
  }

  @Override
  public Map<String, Instant> traces() {
    return ctx.messages().trace().active();
  }

  @Override
  public Registration subscribe(Consumer<EngineEvent> listener) {
    return ctx.events().subscribe(listener);
  }
}
