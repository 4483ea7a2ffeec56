package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database: finds the plane of each request.
 *
 * <p>A claim that could not be written (no room, no plane, a doubt) stays in the database with its
 * problem and is tried again; a claim that is refused or collides is not taken.
 */
public final class SpdCore implements SpdService {

  private static final Logger LOG = LoggerFactory.getLogger(SpdCore.class);

  private final SpdEnvironment environment;
  private final Map<String, PlaneSpd> planes = new ConcurrentHashMap<>();

  public SpdCore(SpdEnvironment environment) {
    this.environment = environment;
  }

  /** A data plane appeared; one of the same name is replaced. */
  public void bind(DataPlane plane) {
    plane(plane.name()).bind(plane);
  }

  /** A data plane went away; claims to it are remembered. */
  public void unbind(DataPlane plane) {
    plane(plane.name()).unbind(plane);
  }

  /** Takes over what an earlier instance left. */
  public void restore(StateStore store) {
    for (String key : store.keys(SpdState.OWNER)) {
      store.get(SpdState.OWNER, key).ifPresent(this::restore);
      store.remove(SpdState.OWNER, key);
    }
  }

  private void restore(StateStore.StateRecord value) {
    if (value.schema() != SpdState.SCHEMA) {
      LOG.warn("state of version {} is not understood and left alone", value.schema());
      return;
    }
    try {
      SpdState.Plane state = SpdState.decode(value.octets());
      plane(state.name()).restore(state);
      LOG.info("took over {} policies of data plane {}", state.claims().size(), state.name());
    } catch (IllegalArgumentException e) {
      LOG.error("the state of the earlier instance cannot be read: {}", e.toString());
    }
  }

  /**
   * Stops, changing nothing on any device.
   *
   * @param store takes what the next instance needs
   */
  public void close(Optional<StateStore> store) {
    for (Map.Entry<String, PlaneSpd> plane : planes.entrySet()) {
      SpdState.Plane state = plane.getValue().close();
      StateStore.StateRecord octets =
          new StateStore.StateRecord(
              SpdState.OWNER, "plane/" + plane.getKey(), SpdState.SCHEMA, SpdState.encode(state));
      Outcome outcome =
          store
              .map(s -> s.put(octets))
              .orElseGet(() -> Outcome.unavailable("there is no state store"));
      if (!outcome.done() && !state.claims().isEmpty()) {
        LOG.warn(
            "{} policies of data plane {} cannot be handed to the next instance: {}",
            state.claims().size(),
            plane.getKey(),
            outcome.reason());
      }
    }
  }

  private PlaneSpd plane(String name) {
    return planes.computeIfAbsent(name, n -> new PlaneSpd(n, environment));
  }

  @Override
  public CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    return plane(policy.plane()).put(policy, timeout);
  }

  @Override
  public CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    return everywhere(child, plane -> plane.select(child, timeout));
  }

  @Override
  public CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    return everywhere(child, plane -> plane.remove(child, timeout));
  }

  /** A child lives on one plane; should it be on several, the worst outcome counts. */
  private CompletionStage<Outcome> everywhere(
      ChildId child, Function<PlaneSpd, CompletionStage<Outcome>> call) {
    Claim.ChildKey key = Claim.ChildKey.of(child);
    List<CompletableFuture<Outcome>> parts = new ArrayList<>();
    for (PlaneSpd plane : planes.values()) {
      if (plane.knows(key)) {
        parts.add(call.apply(plane).toCompletableFuture());
      }
    }
    if (parts.size() == 1) {
      return parts.get(0);
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                parts.stream()
                    .map(CompletableFuture::join)
                    .max(Comparator.comparing(Waiter::weight))
                    .orElseGet(() -> Outcome.absent("there is no policy of " + child)));
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    Claim.ChildKey key = Claim.ChildKey.of(child);
    CompletableFuture<Usage> sum = CompletableFuture.completedFuture(Usage.ABSENT);
    for (PlaneSpd plane : planes.values()) {
      if (plane.knows(key)) {
        sum = sum.thenCombine(plane.usage(child, timeout), Usage::plus);
      }
    }
    return sum;
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    List<CompletableFuture<Outcome>> removals = new ArrayList<>();
    for (PlaneSpd plane : planes.values()) {
      for (ChildId child : plane.children(owner, instance)) {
        removals.add(plane.remove(child, timeout).toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
        .thenApply(done -> removals.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public List<Entry> entries() {
    return planes.values().stream().flatMap(plane -> plane.entries().stream()).toList();
  }
}
