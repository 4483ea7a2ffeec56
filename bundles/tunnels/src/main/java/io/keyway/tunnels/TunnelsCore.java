package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneType;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.tunnels.plan.Planner;
import io.keyway.tunnels.plan.TunnelPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The tunnel service: hands every call and every event to the loop. */
public final class TunnelsCore implements TunnelService, AutoCloseable {

  /** A minute of counting is what a device that restarts together with Keyway may cost. */
  public static final Duration NOTE_SUMS = Duration.ofSeconds(60);

  private final Loop loop;
  private final Services services = new Services();
  private final Events events = new Events();
  private final TunnelKeeper keeper;
  private final CounterPoll counters;
  private final Map<String, PlaneType> types = new ConcurrentHashMap<>();
  private final Map<Object, Registration> subscriptions = new HashMap<>();

  /**
   * @param instance one life of this bundle, for the owner of its claims
   */
  public TunnelsCore(Loop loop, String instance, RandomGenerator random) {
    this(loop, instance, random, NOTE_SUMS);
  }

  /**
   * @param instance one life of this bundle, for the owner of its claims
   * @param noteSums how often sums of counters are noted that go on changing
   */
  public TunnelsCore(Loop loop, String instance, RandomGenerator random, Duration noteSums) {
    this.loop = loop;
    this.keeper =
        new TunnelKeeper(loop, services, new Owner("tunnels", instance), random, events, noteSums);
    this.counters = new CounterPoll(loop, services, keeper);
  }

  // ---- services that come and go -----------------------------------------------------------

  public void setIntentStore(IntentStore store) {
    loop.execute(
        () ->
            subscriptions.put(
                store,
                store.subscribe(snapshot -> loop.execute(() -> keeper.intentChanged(snapshot)))));
  }

  /** The last configuration stays in force. */
  public void unsetIntentStore(IntentStore store) {
    loop.execute(() -> unsubscribe(store));
  }

  public void setEngine(IkeEngine engine) {
    loop.execute(
        () -> {
          services.engine = engine;
          subscriptions.put(
              engine,
              engine.subscribe(
                  event ->
                      loop.execute(
                          () -> {
                            if (services.engine == engine) {
                              keeper.engineEvent(event);
                            }
                          })));
          keeper.servicesChanged(true);
        });
  }

  public void unsetEngine(IkeEngine engine) {
    loop.execute(
        () -> {
          unsubscribe(engine);
          if (services.engine == engine) {
            services.engine = null;
            keeper.servicesChanged(true);
          }
        });
  }

  public void setSad(SadService sad) {
    loop.execute(
        () -> {
          services.sad = sad;
          subscriptions.put(sad, sad.subscribe(this::sadEvent));
          keeper.servicesChanged(false);
        });
  }

  public void unsetSad(SadService sad) {
    loop.execute(
        () -> {
          unsubscribe(sad);
          if (services.sad == sad) {
            services.sad = null;
            keeper.publishAll(Optional.empty());
          }
        });
  }

  public void setSpd(SpdService spd) {
    loop.execute(
        () -> {
          services.spd = spd;
          keeper.servicesChanged(false);
        });
  }

  public void unsetSpd(SpdService spd) {
    loop.execute(
        () -> {
          if (services.spd == spd) {
            services.spd = null;
            keeper.publishAll(Optional.empty());
          }
        });
  }

  /** Where sums of counters are kept for the next life. */
  public void setStateStore(StateStore store) {
    loop.execute(
        () -> {
          services.store = store;
          keeper.useStore(store);
        });
  }

  public void unsetStateStore(StateStore store) {
    loop.execute(
        () -> {
          if (services.store == store) {
            services.store = null;
            keeper.useStore(null);
          }
        });
  }

  public void addPlaneType(PlaneType type) {
    types.put(type.type(), type);
  }

  public void removePlaneType(PlaneType type) {
    types.remove(type.type(), type);
  }

  public void addPlane(DataPlane plane) {
    loop.execute(
        () -> {
          services.planes.put(plane.name(), plane);
          subscriptions.put(
              plane, plane.subscribe(event -> loop.execute(() -> planeEvent(plane.name(), event))));
          keeper.replanAll(Optional.of(plane.name()));
        });
  }

  /** Plans stay as they are: what is on the device is not touched by a plane's service going. */
  public void removePlane(DataPlane plane) {
    loop.execute(
        () -> {
          unsubscribe(plane);
          services.planes.remove(plane.name(), plane);
          keeper.publishAll(Optional.of(plane.name()));
        });
  }

  private void unsubscribe(Object service) {
    Registration registration = subscriptions.remove(service);
    if (registration != null) {
      registration.close();
    }
  }

  private void planeEvent(String plane, PlaneEvent event) {
    if (event instanceof PlaneEvent.Up) {
      events.tell(new TunnelEvent.PlaneUp(plane));
      keeper.replanAll(Optional.of(plane));
    } else if (event instanceof PlaneEvent.Down down) {
      events.tell(new TunnelEvent.PlaneDown(plane, down.reason()));
      keeper.publishAll(Optional.of(plane));
    } else if (event instanceof PlaneEvent.GenerationChanged changed) {
      events.tell(new TunnelEvent.PlaneRestarted(plane, changed.now().number(), changed.reason()));
      keeper.planeRestarted(plane);
    } else if (event instanceof PlaneEvent.Acquire acquire) {
      keeper.acquired(plane, acquire);
    }
  }

  private void sadEvent(SadEvent event) {
    if (event instanceof SadEvent.Expired expired) {
      String child = expired.child().connection();
      int slash = child.indexOf('/');
      String tunnel = slash < 0 ? child : child.substring(0, slash);
      loop.execute(
          () ->
              events.tell(
                  new TunnelEvent.Expired(tunnel, expired.sa().toString(), expired.hard())));
    }
  }

  // ---- TunnelService -----------------------------------------------------------------------

  @Override
  public List<TunnelStatus> statuses() {
    return List.copyOf(keeper.published().values());
  }

  @Override
  public CompletionStage<ChildResult> initiate(String tunnel, Duration timeout) {
    return onTunnel(
        tunnel,
        entry -> {
          entry.terminated = false;
          return each(
              entry,
              (engine, child) -> engine.initiate(entry.plan.gateway(), child.name(), timeout));
        });
  }

  @Override
  public CompletionStage<ChildResult> terminate(String tunnel, Duration timeout) {
    return onTunnel(
        tunnel,
        entry -> {
          entry.terminated = true;
          entry.cancelRetries();
          keeper.dropLeftovers(entry);
          keeper.publish(entry);
          return each(
              entry,
              (engine, child) ->
                  engine.terminate(
                      new IkeEngine.Selection.Child(entry.plan.gateway(), child.name()), timeout));
        });
  }

  @Override
  public CompletionStage<ChildResult> rekey(String tunnel, Duration timeout) {
    return onTunnel(
        tunnel,
        entry ->
            each(
                entry,
                (engine, child) ->
                    engine.rekey(
                        new IkeEngine.Selection.Child(entry.plan.gateway(), child.name()),
                        timeout)));
  }

  @Override
  public Optional<String> refusal(
      Tunnel tunnel,
      Gateway gateway,
      List<AddressPool> pools,
      ChildPolicy policy,
      PlaneConfig plane) {
    return Optional.ofNullable(types.get(plane.type()))
        .map(type -> Planner.plan(tunnel, gateway, pools, policy, type.model(plane)))
        .filter(plan -> plan.verdict() == TunnelPlan.Verdict.INVALID)
        .map(TunnelPlan::reason);
  }

  @Override
  public Map<String, String> problems() {
    return keeper.problems();
  }

  @Override
  public Registration subscribe(Consumer<TunnelEvent> listener) {
    return events.subscribe(listener);
  }

  /** What is installed stays installed. */
  @Override
  public void close() {
    loop.execute(
        () -> {
          subscriptions.values().forEach(Registration::close);
          subscriptions.clear();
          counters.stop();
          keeper.stop();
        });
  }

  private interface Act {
    CompletionStage<ChildResult> on(TunnelEntry entry);
  }

  private CompletionStage<ChildResult> onTunnel(String tunnel, Act act) {
    CompletableFuture<ChildResult> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          TunnelEntry entry = keeper.entry(tunnel);
          Optional<Outcome> obstacle = obstacle(tunnel, entry);
          if (obstacle.isPresent()) {
            answer.complete(ChildResult.of(obstacle.get()));
            return;
          }
          act.on(entry)
              .whenComplete(
                  (result, error) -> {
                    if (error != null) {
                      answer.complete(
                          ChildResult.of(Outcome.unavailable("the engine failed: " + error)));
                    } else {
                      answer.complete(result);
                    }
                  });
        });
    return answer;
  }

  private Optional<Outcome> obstacle(String tunnel, TunnelEntry entry) {
    if (entry == null) {
      return Optional.of(Outcome.absent("there is no tunnel '" + tunnel + "'"));
    }
    TunnelStatus status = keeper.published().get(tunnel);
    return switch (entry.phase) {
      case INVALID, DISABLED -> Optional.of(Outcome.refused(status.reason()));
      case WAITING -> Optional.of(Outcome.unavailable(status.reason()));
      default -> Optional.empty();
    };
  }

  private CompletionStage<ChildResult> each(
      TunnelEntry entry, BiFunction<IkeEngine, ChildConfig, CompletionStage<ChildResult>> call) {
    IkeEngine engine = services.engine;
    List<CompletableFuture<ChildResult>> answers = new ArrayList<>();
    for (ChildConfig child : entry.plan.children()) {
      answers.add(call.apply(engine, child).toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(nothing -> combined(answers));
  }

  /** The first failure is the answer; else OK if anything was done, else SAME. */
  private static ChildResult combined(List<CompletableFuture<ChildResult>> answers) {
    List<ChildSaStatus> children = new ArrayList<>();
    Outcome outcome = Outcome.same();
    for (CompletableFuture<ChildResult> answer : answers) {
      ChildResult result = answer.join();
      children.addAll(result.children());
      boolean worse =
          outcome.done() && (!result.outcome().done() || outcome.equals(Outcome.same()));
      outcome = worse ? result.outcome() : outcome;
    }
    return new ChildResult(outcome, children);
  }
}
