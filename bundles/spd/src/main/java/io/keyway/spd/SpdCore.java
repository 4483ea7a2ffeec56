package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.PresentStore;
import io.keyway.api.store.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
  private final PresentStore store = new PresentStore();

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

  /**
   * From now on what is known is noted in this store. The first one is asked what an earlier
   * instance noted, in this process or in one that is gone.
   */
  public void restore(StateStore from) {
    store.use(from, this::takeOver);
    planes.values().forEach(PlaneSpd::renew);
  }

  private void takeOver(StateStore from) {
    Map<String, List<StateStore.StateRecord>> records = new TreeMap<>();
    for (String key : from.keys(SpdState.OWNER)) {
      from.get(SpdState.OWNER, key)
          .ifPresent(
              value -> {
                if (value.schema() == SpdState.SCHEMA) {
                  records
                      .computeIfAbsent(SpdState.planeOf(value), k -> new ArrayList<>())
                      .add(value);
                } else {
                  LOG.warn("{} is of a version that is not understood, and left out", value);
                }
              });
    }
    records.forEach(
        (name, values) -> {
          PlaneSpd plane = plane(name);
          try {
            SpdState.Plane state = SpdState.decode(name, values);
            plane.restore(state);
            LOG.info("took over {} policies of data plane {}", state.claims().size(), name);
          } catch (IllegalArgumentException e) {
            LOG.error("what was noted of data plane {} cannot be read: {}", name, e.toString());
          }
        });
  }

  /** This store is gone; another one will be told everything. */
  public void forget(StateStore gone) {
    store.forget(gone);
  }

  /**
   * Stops, changing nothing on any device.
   *
   * @param last a store to leave everything in, when there was none before
   */
  public void close(Optional<StateStore> last) {
    boolean late = store.endWith(last);
    for (Map.Entry<String, PlaneSpd> plane : planes.entrySet()) {
      if (late) {
        plane.getValue().renew();
      }
      int left = plane.getValue().close();
      if (store.get() == null && left > 0) {
        LOG.warn(
            "{} policies of data plane {} cannot be handed to the next instance: there is no state"
                + " store",
            left,
            plane.getKey());
      }
    }
  }

  private PlaneSpd plane(String name) {
    return planes.computeIfAbsent(name, n -> new PlaneSpd(n, environment, store));
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
  public CompletionStage<Usage> received(ChildId child, Duration timeout) {
    return sum(child, plane -> plane.received(child, timeout));
  }

  @Override
  public CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return sum(child, plane -> plane.held(child, timeout));
  }

  @Override
  public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    return sum(child, plane -> plane.usage(child, timeout));
  }

  private CompletionStage<Usage> sum(
      ChildId child, Function<PlaneSpd, CompletionStage<Usage>> question) {
    Claim.ChildKey key = Claim.ChildKey.of(child);
    CompletableFuture<Usage> sum = CompletableFuture.completedFuture(Usage.ABSENT);
    for (PlaneSpd plane : planes.values()) {
      if (plane.knows(key)) {
        sum = sum.thenCombine(question.apply(plane), Usage::plus);
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
