package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCalls;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.store.PresentStore;
import io.keyway.api.store.StateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The database: finds the plane of each request, and tells what happens to who listens. */
public final class SadCore implements SadService {

  private static final Logger LOG = LoggerFactory.getLogger(SadCore.class);

  private final SadEnvironment environment;
  private final BurntKeys burnt;
  private final Map<String, PlaneSad> planes = new ConcurrentHashMap<>();
  private final List<Consumer<SadEvent>> listeners = new CopyOnWriteArrayList<>();
  private final Serial announcements;
  private final PresentStore store = new PresentStore();

  private SadCore(SadEnvironment environment, BurntKeys burnt) {
    this.environment = environment;
    this.burnt = burnt;
    this.announcements = new Serial(environment.executor());
  }

  /**
   * Opens the journal and starts.
   *
   * @param journal file of the burnt-key journal; its directory is made when it is missing
   * @param process tells one run of the virtual machine from another: of an earlier run, SAs that
   *     the journal names and no store knows are removed, and leases have no holder any more
   * @throws IOException when the journal cannot be used; no key may be installed without it
   */
  public static SadCore open(SadEnvironment environment, Path journal, String process)
      throws IOException {
    BurntKeys burnt =
        BurntKeys.open(
            journal,
            environment.journalExecutor(),
            environment.clock(),
            environment.settings().keepBurnt(),
            process);
    SadCore core = new SadCore(environment, burnt);
    Map<String, List<KeyNote>> standing =
        burnt.standing().stream().collect(Collectors.groupingBy(note -> note.sa().plane()));
    standing.forEach((plane, notes) -> core.plane(plane).orphans(notes, !burnt.sameProcess()));
    return core;
  }

  /** A data plane appeared; one of the same name is replaced. */
  public void bind(DataPlane plane) {
    plane(plane.name()).bind(plane);
  }

  /** A data plane went away; what it carries goes on, as far as we know. */
  public void unbind(DataPlane plane) {
    plane(plane.name()).unbind(plane);
  }

  /**
   * From now on what is known is noted in this store. The first one is asked what an earlier
   * instance noted, in this process or in one that is gone.
   */
  public void restore(StateStore from) {
    store.use(from, this::takeOver);
    planes.values().forEach(PlaneSad::renew);
  }

  private void takeOver(StateStore from) {
    Map<String, List<StateStore.StateRecord>> records = new TreeMap<>();
    for (String key : from.keys(SadState.OWNER).stream().sorted().toList()) {
      from.get(SadState.OWNER, key)
          .ifPresent(
              value -> {
                if (value.schema() == SadState.SCHEMA) {
                  records.computeIfAbsent(SadState.planeOf(key), k -> new ArrayList<>()).add(value);
                } else {
                  LOG.warn("{} is of a version that is not understood, and left out", value);
                }
              });
    }
    records.forEach(
        (name, values) -> {
          PlaneSad plane = plane(name);
          try {
            SadState.Plane state =
                SadState.decode(values, environment.clock().millis(), burnt.sameProcess());
            plane.restore(state);
            LOG.info("took over {} SAs of data plane {}", state.entries().size(), name);
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
   * Stops, deleting nothing on any device.
   *
   * @param last a store to leave everything in, when there was none before; without one only the
   *     journal remembers
   */
  public void close(Optional<StateStore> last) {
    boolean late = store.endWith(last);
    for (Map.Entry<String, PlaneSad> plane : planes.entrySet()) {
      if (late) {
        plane.getValue().renew();
      }
      int left = plane.getValue().close();
      if (store.get() == null && left > 0) {
        LOG.warn(
            "{} SAs of data plane {} cannot be handed to the next instance: there is no state store",
            left,
            plane.getKey());
      }
    }
    CompletableFuture<Void> closed = new CompletableFuture<>();
    environment
        .journalExecutor()
        .execute(
            () -> {
              try {
                burnt.close();
              } catch (IOException e) {
                LOG.warn("the burnt-key journal was not closed well: {}", e.toString());
              }
              closed.complete(null);
            });
    try {
      closed.get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the burnt-key journal did not close in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often the disk was waited for to note keys, since this was opened. */
  public long forces() {
    return burnt.forces();
  }

  private PlaneSad plane(String name) {
    return planes.computeIfAbsent(
        name, n -> new PlaneSad(n, environment, burnt, store, this::announce));
  }

  private static <T> CompletionStage<T> now(T value) {
    return CompletableFuture.completedFuture(value);
  }

  private static Outcome noPlane(String name) {
    return Outcome.unavailable("data plane " + name + " is not there (no service)");
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    return reserve(plane, Purpose.NEW, timeout);
  }

  @Override
  public CompletionStage<Result<SpiLease>> reserve(
      String plane, Purpose purpose, Duration timeout) {
    PlaneSad sad = planes.get(plane);
    return sad == null ? now(Result.failed(noPlane(plane))) : sad.reserve(purpose, timeout);
  }

  @Override
  public CompletionStage<Outcome> release(SpiLease lease) {
    PlaneSad sad = planes.get(lease.plane());
    return sad == null ? now(Outcome.same()) : sad.release(lease);
  }

  @Override
  public CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout) {
    Outcome refused = check(sa, keys);
    PlaneSad sad = planes.get(sa.id().plane());
    if (refused == null && sad == null) {
      refused = noPlane(sa.id().plane());
    }
    if (refused != null) {
      keys.close();
      return now(refused);
    }
    Fingerprint key =
        burnt.fingerprint(sa.id().direction(), sa.encryption(), distinctive(sa, keys));
    if (sa.child().owner().name().equals(Owner.MANUAL) && bothWays(sa, keys)) {
      keys.close();
      return now(
          Outcome.refused(
              "this key serves, or served, the other direction on data plane "
                  + sa.id().plane()
                  + ": both directions count their nonces from the start, and a repeated one gives"
                  + " everything away; use another key"));
    }
    return sad.add(Bounds.apply(sa), keys, key, timeout);
  }

  /** The key that tells this SA from others: without encryption, the integrity key. */
  private static SecretBytes distinctive(SecurityAssociation sa, SaKeys keys) {
    return sa.encryption().keyBits() == 0 ? keys.integrity() : keys.encryption();
  }

  /** Never happens to negotiated keys; people tend to write one key for both directions. */
  private boolean bothWays(SecurityAssociation sa, SaKeys keys) {
    Direction other =
        sa.id().direction() == Direction.INBOUND ? Direction.OUTBOUND : Direction.INBOUND;
    return burnt.burntOn(
        sa.id().plane(), burnt.fingerprint(other, sa.encryption(), distinctive(sa, keys)));
  }

  private static Outcome check(SecurityAssociation sa, SaKeys keys) {
    if (!sa.lease().plane().equals(sa.id().plane()) || sa.lease().index() != sa.id().index()) {
      return Outcome.refused(
          "SA " + sa.id() + " and its lease of data plane " + sa.lease().plane() + " do not agree");
    }
    int wanted = sa.encryption().keyMaterialOctets();
    if (keys.encryption().length() != wanted) {
      return Outcome.refused(
          "an encryption key of "
              + keys.encryption().length()
              + " octets does not fit "
              + sa.encryption().modelName()
              + ", which takes "
              + wanted);
    }
    if (keys.integrity().length() != sa.integrity().keyOctets()) {
      return Outcome.refused(
          "an integrity key of "
              + keys.integrity().length()
              + " octets does not fit "
              + sa.integrity().modelName()
              + ", which takes "
              + sa.integrity().keyOctets());
    }
    return null;
  }

  @Override
  public CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout) {
    PlaneSad sad = planes.get(sa.plane());
    return sad == null ? now(noPlane(sa.plane())) : sad.move(sa, endpoints, timeout);
  }

  @Override
  public CompletionStage<Outcome> remove(SaId sa, Duration timeout) {
    PlaneSad sad = planes.get(sa.plane());
    return sad == null ? now(Outcome.absent("there is no SA " + sa)) : sad.remove(sa, timeout);
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout) {
    PlaneCalls calls = environment.planeCalls();
    List<CompletableFuture<Map<SaId, Usage>>> parts = new ArrayList<>();
    sas.stream()
        .collect(Collectors.groupingBy(SaId::plane))
        .forEach(
            (name, ids) ->
                Optional.ofNullable(planes.get(name))
                    .flatMap(PlaneSad::service)
                    .ifPresent(
                        plane ->
                            parts.add(
                                calls
                                    .bounded(() -> plane.saUsage(ids, timeout), timeout)
                                    .exceptionally(fault -> Map.of()))));
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApplyAsync(
            done -> {
              Map<SaId, Usage> all = new HashMap<>();
              parts.forEach(part -> all.putAll(part.join()));
              return Map.copyOf(all);
            },
            environment.executor());
  }

  @Override
  public CompletionStage<List<Outcome>> flush(
      String owner, Optional<String> instance, Duration timeout) {
    List<CompletableFuture<Outcome>> removals = new ArrayList<>();
    for (PlaneSad sad : planes.values()) {
      sad.flush(owner, instance, timeout).forEach(r -> removals.add(r.toCompletableFuture()));
    }
    return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
        .thenApply(done -> removals.stream().map(CompletableFuture::join).toList());
  }

  @Override
  public List<SecurityAssociation> adopt(String owner, String newInstance) {
    return planes.values().stream().flatMap(sad -> sad.adopt(owner, newInstance).stream()).toList();
  }

  @Override
  public List<Entry> entries() {
    return planes.values().stream().flatMap(sad -> sad.snapshot().stream()).toList();
  }

  @Override
  public Registration subscribe(Consumer<SadEvent> listener) {
    listeners.add(listener);
    // Who comes late must still learn that its keys are burnt.
    List<SadEvent> standing =
        planes.values().stream().flatMap(sad -> sad.standing().stream()).toList();
    standing.forEach(event -> announcements.execute(() -> listener.accept(event)));
    return () -> listeners.remove(listener);
  }

  private void announce(SadEvent event) {
    announcements.execute(
        () -> {
          for (Consumer<SadEvent> listener : listeners) {
            try {
              listener.accept(event);
            } catch (RuntimeException e) {
              LOG.error("a listener failed on {}", event, e);
            }
          }
        });
  }
}
