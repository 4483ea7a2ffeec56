package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.store.StateStore;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.tunnels.plan.Resolver;
import io.keyway.tunnels.plan.TunnelPlan;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/**
 * Keeps tunnels as they are configured. Everything here runs on the loop. For each tunnel, in this
 * order: a plan, holds, the connection, the negotiation; what fails says so and is tried again.
 */
final class TunnelKeeper {

  private final Loop loop;
  private final Services services;
  private final RandomGenerator random;
  private final Events events;
  private final Owner owner;
  private final HoldKeeper holds;
  private final StaticPolicies staticPolicies;
  private final Connections connections;
  private final ChildKeeper children;
  private final Leftovers leftovers = new Leftovers();
  private final Places places = new Places();
  private final Budget budget = new Budget();
  private final Map<String, TunnelEntry> tunnels = new TreeMap<>();
  // Sorted, because whoever asks wants them so, and asks more often than they come and go.
  private final Map<String, TunnelStatus> published = new ConcurrentSkipListMap<>();
  private final SumsNotes sums;
  private IntentSnapshot intent = IntentSnapshot.EMPTY;

  /**
   * @param noteSums how often sums of counters are noted that go on changing
   */
  TunnelKeeper(
      Loop loop,
      Services services,
      Owner owner,
      RandomGenerator random,
      Events events,
      Duration noteSums) {
    this.loop = loop;
    this.sums = new SumsNotes(loop, noteSums, tunnels);
    this.services = services;
    this.random = random;
    this.events = events;
    this.owner = owner;
    this.staticPolicies = new StaticPolicies(loop, services, owner, budget);
    this.holds =
        new HoldKeeper(
            loop,
            services,
            new Holds(owner),
            tunnels,
            staticPolicies::needs,
            this::publish,
            this::held);
    this.connections = new Connections(loop, services, tunnels, this::connectionLoaded);
    this.children = new ChildKeeper(loop, services, events, tunnels, leftovers, this::publish);
  }

  /** What is published, by name and in the order of names, for any thread. */
  Map<String, TunnelStatus> published() {
    return published;
  }

  TunnelEntry entry(String tunnel) {
    return tunnels.get(tunnel);
  }

  IntentSnapshot intent() {
    return intent;
  }

  // ---- configuration -----------------------------------------------------------------------

  void intentChanged(IntentSnapshot now) {
    IntentSnapshot before = intent;
    intent = now;
    connections.resolver(new Resolver(now, services.planes));
    Changes changes = new Changes(before, now);
    Set<String> resized = resized();
    Set<String> suspects = suspects(changes, resized.isEmpty());
    for (String name : suspects) {
      if (tunnels.containsKey(name) && !now.tunnels().containsKey(name)) {
        remove(name);
      }
    }
    for (String name : suspects) {
      Tunnel tunnel = now.tunnels().get(name);
      if (tunnel != null
          && (!tunnels.containsKey(name) || changes.touch(tunnel) || on(resized, name))) {
        replan(tunnel);
      }
    }
    changes.gateways().orElseGet(connections::gateways).stream()
        .filter(changes::touchGateway)
        .forEach(connections::refresh);
    staticPolicies.update(now).forEach(this::replanByName);
    placeStaticPolicies();
    dropUnconfigured();
    if (intent != IntentSnapshot.EMPTY) {
      holds.flushOldInstances();
      sums.configured(now.tunnels().keySet());
    }
  }

  /** By name, so that of two tunnels that collide it is always the same one that is refused. */
  private Set<String> suspects(Changes changes, boolean narrow) {
    Optional<Set<String>> few = changes.tunnels(connections::tunnelsOf);
    if (narrow && few.isPresent()) {
      return few.get();
    }
    Set<String> all = new TreeSet<>(tunnels.keySet());
    all.addAll(intent.tunnels().keySet());
    return all;
  }

  /** Looks again at every tunnel of a plane, or at all. */
  void replanAll(Optional<String> plane) {
    Set<String> resized = resized();
    for (Tunnel tunnel : new TreeMap<>(intent.tunnels()).values()) {
      TunnelEntry entry = tunnels.get(tunnel.name());
      if (plane.isEmpty()
          || entry == null
          || entry.plan.plane().equals(plane)
          || on(resized, tunnel.name())) {
        replan(tunnel);
      }
    }
    dropUnconfigured();
    placeStaticPolicies();
  }

  /** Planes whose tables turn out to be of another size: rows there are given out anew. */
  private Set<String> resized() {
    Set<String> names = new HashSet<>();
    services.planes.values().stream().filter(budget::learn).forEach(p -> names.add(p.name()));
    return names;
  }

  private boolean on(Set<String> planes, String tunnel) {
    TunnelEntry entry = tunnels.get(tunnel);
    return entry != null && entry.plan.plane().filter(planes::contains).isPresent();
  }

  /** Policies come after the tunnels, whose rows they must not take. */
  private void placeStaticPolicies() {
    staticPolicies.place(intent, this::placeStaticPolicies).forEach(this::replanByName);
  }

  /** Why entries beside tunnels are not in force, by {@code list=name}; for any thread. */
  Map<String, String> problems() {
    return staticPolicies.problems();
  }

  private void replan(Tunnel tunnel) {
    TunnelEntry entry = tunnels.get(tunnel.name());
    if (entry == null) {
      entry = new TunnelEntry(new Backoff(random));
      tunnels.put(tunnel.name(), entry);
      sums.resume(tunnel.name(), entry);
    }
    TunnelPlan before = entry.plan;
    if (entry.tunnel != null && !entry.tunnel.equals(tunnel)) {
      entry.terminated = false;
      entry.failure = "";
    }
    entry.tunnel = tunnel;
    ChildPolicy policy = intent.childPolicies().get(tunnel.childPolicy());
    entry.startAction = policy == null ? StartAction.NONE : policy.startAction();
    Gateway gateway = intent.gateways().get(tunnel.gateway());
    entry.up.shared = gateway != null && !gateway.pools().isEmpty();
    TunnelPlan plan =
        places.claim(tunnel.name(), new Resolver(intent, services.planes).plan(tunnel));
    DataPlane plane = plan.plane().map(services.planes::get).orElse(null);
    entry.plan = keepHeld(before, budget.claim(tunnel.name(), plan, plane));
    if (before != null && !before.gateway().equals(entry.plan.gateway())) {
      connections.remove(before.gateway(), tunnel.name());
      connections.refresh(before.gateway());
    }
    connections.add(entry.plan.gateway(), tunnel.name());
    children.replanned(tunnel.name(), before, entry.plan);
    holds.keep(entry, before);
    connections.refresh(entry.plan.gateway());
    publish(entry);
  }

  /** What was held stays held, where it is, when the new configuration cannot be carried out. */
  private TunnelPlan keepHeld(TunnelPlan before, TunnelPlan now) {
    if (before == null || now.verdict() != TunnelPlan.Verdict.INVALID || before.plane().isEmpty()) {
      return now;
    }
    DataPlane service = services.planes.get(before.plane().get());
    Set<SelectorPair> both = new LinkedHashSet<>();
    for (SelectorPair pair : before.holds()) {
      // Selectors may have been configured before their plane was there to refuse them.
      if (service == null || service.place(Direction.OUTBOUND, pair).done()) {
        both.add(pair);
      }
    }
    if (before.plane().equals(now.plane())) {
      both.addAll(now.holds());
    }
    return now.holding(before.plane(), List.copyOf(both));
  }

  private void remove(String name) {
    TunnelEntry entry = tunnels.remove(name);
    published.remove(name);
    sums.gone(name);
    entry.cancelRetries();
    connections.remove(entry.plan.gateway(), name);
    connections.refresh(entry.plan.gateway());
    children.removed(entry);
    // The engine removes its claims first; the hold lies below them and goes last.
    holds.retire(entry);
    if (!entry.up.isEmpty()) {
      events.tell(new TunnelEvent.Down(name, "removed from the configuration"));
    }
    places.release(name).forEach(this::replanByName);
    budget.release(name).forEach(this::replanByName);
  }

  private void replanByName(String tunnel) {
    Tunnel configured = intent.tunnels().get(tunnel);
    if (configured != null) {
      replan(configured);
    }
  }

  /** Every hold of a tunnel stands: its children belong into the engine from now on. */
  private void held(TunnelEntry entry) {
    connections.refresh(entry.plan.gateway());
    if (intent != IntentSnapshot.EMPTY) {
      holds.flushOldInstances();
    }
  }

  /** A plane lost its contents. */
  void planeRestarted(String plane) {
    holds.planeRestarted(plane);
  }

  /** A packet waits at a place of a plane. */
  void acquired(String plane, PlaneEvent.Acquire acquire) {
    DataPlane device = services.planes.get(plane);
    String place =
        device == null
            ? null
            : device.place(Direction.OUTBOUND, acquire.place()).value().orElse(null);
    String tunnel = place == null ? null : places.owner(plane, place);
    TunnelEntry entry = tunnel == null ? null : tunnels.get(tunnel);
    String child = entry == null ? null : entry.plan.places().get(place);
    if (child != null) {
      children.acquired(entry, child, acquire.packet());
      publish(entry);
    }
  }

  // ---- engine ------------------------------------------------------------------------------

  /** The engine, the SAD or the SPD is another one, or gone. */
  void servicesChanged(boolean engineChanged) {
    if (engineChanged) {
      connections.forget();
      children.engineChanged();
    }
    leftovers.find(services.engine, services.sad, services.spd, owner.name());
    if (engineChanged) {
      children.rebuild();
    }
    for (TunnelEntry entry : tunnels.values()) {
      if (entry.hold != null && !entry.held) {
        holds.put(entry);
      }
      connections.refresh(entry.plan.gateway());
      publish(entry);
    }
    if (!engineChanged) {
      staticPolicies.spdChanged();
    }
    placeStaticPolicies();
    dropUnconfigured();
  }

  /**
   * What an earlier life left of children that are not configured any more. Before there is a first
   * configuration, even one without tunnels, nothing is known to be unconfigured; nor of a tunnel
   * whose data plane is not there yet.
   */
  private void dropUnconfigured() {
    if (services.engine == null || intent == IntentSnapshot.EMPTY) {
      return;
    }
    for (String child : leftovers.children()) {
      int slash = child.indexOf('/');
      TunnelEntry entry = tunnels.get(slash < 0 ? child : child.substring(0, slash));
      boolean waiting = entry != null && entry.plan.verdict() == TunnelPlan.Verdict.WAITING;
      if (!waiting && !children.isConfigured(child)) {
        leftovers.remove(child, Set.of(), services.sad, services.spd);
      }
    }
  }

  private void connectionLoaded(String gateway, Outcome outcome) {
    for (String name : connections.tunnelsOf(gateway)) {
      TunnelEntry entry = tunnels.get(name);
      if (entry == null || !entry.loadable()) {
        continue;
      }
      if (!outcome.done()) {
        entry.failure = "gateway '" + gateway + "' is not in force: " + outcome.reason();
        publish(entry);
      } else if (entry.wantsUp()) {
        entry.plan.children().forEach(child -> children.start(entry, child.name()));
      }
    }
  }

  void engineEvent(EngineEvent event) {
    TunnelEntry replaced = children.engineEvent(event);
    if (replaced != null) {
      sums.note(replaced);
    }
  }

  // ---- counters ----------------------------------------------------------------------------

  void useStore(StateStore store) {
    sums.use(store);
    publishAll(Optional.empty());
  }

  /** Sums of a tunnel were brought up to date. */
  void counted(TunnelEntry entry) {
    if (entry.sums.stale() && tunnels.get(entry.tunnel.name()) == entry) {
      sums.note(entry);
    }
  }

  void stop() {
    sums.stop();
  }

  // ---- operators ---------------------------------------------------------------------------

  /** Removes what an earlier engine left of a tunnel. */
  void dropLeftovers(TunnelEntry entry) {
    Set<String> alive = new HashSet<>();
    entry.up.values().forEach(child -> alive.add(child.uid()));
    for (ChildConfig child : entry.plan.children()) {
      leftovers.remove(child.name(), alive, services.sad, services.spd);
    }
  }

  boolean hasLeftovers(TunnelEntry entry) {
    return entry.plan.children().stream().anyMatch(child -> leftovers.has(child.name()));
  }

  ChildResult withUp(TunnelEntry entry, Outcome outcome) {
    return new ChildResult(outcome, List.copyOf(entry.up.values()));
  }

  // ---- status ------------------------------------------------------------------------------

  void publish(TunnelEntry entry) {
    if (tunnels.get(entry.tunnel.name()) != entry) {
      return;
    }
    Phase before = entry.phase;
    entry.phase = StatusView.phase(entry, services);
    if (before != entry.phase || entry.since == null) {
      entry.since = loop.now();
      tellTransition(entry, before);
    }
    TunnelStatus status = StatusView.status(entry, services);
    if (entry.up.isEmpty() && entry.phase != Phase.UP && hasLeftovers(entry)) {
      status = StatusView.withLeftovers(status);
    }
    published.put(entry.tunnel.name(), status);
  }

  void publishAll(Optional<String> plane) {
    tunnels.values().stream()
        .filter(entry -> plane.isEmpty() || entry.plan.plane().equals(plane))
        .forEach(this::publish);
  }

  Iterable<TunnelEntry> entries() {
    return tunnels.values();
  }

  private void tellTransition(TunnelEntry entry, Phase before) {
    String name = entry.tunnel.name();
    if (entry.phase == Phase.UP) {
      StringBuilder detail = new StringBuilder();
      entry
          .up
          .values()
          .forEach(
              c -> detail.append(detail.isEmpty() ? "" : "; ").append(ChildKeeper.describe(c)));
      events.tell(new TunnelEvent.Up(name, detail.toString()));
    } else if (before == Phase.UP) {
      events.tell(new TunnelEvent.Down(name, StatusView.status(entry, services).reason()));
    }
  }
}
