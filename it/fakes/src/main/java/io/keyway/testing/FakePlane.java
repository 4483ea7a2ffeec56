package io.keyway.testing;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A data plane in memory. It keeps what was written, remembers every key it ever saw, and answers
 * as the test tells it: late, never, wrongly, or with a doubt. One thread only, that of the test.
 */
public final class FakePlane implements DataPlane {

  /** One key as it was written. */
  public record Install(SaId sa, Generation generation, String key) {}

  private final String name;
  private PlaneCapabilities capabilities;
  private Connection connection = Connection.DOWN;
  private String reason = "nobody connected yet";
  private Generation generation = Generation.NONE;
  private long nextIndex = 1;
  private long tableSize = 1024;
  private long saRows;

  public final Map<SaId, SecurityAssociation> sas = new LinkedHashMap<>();
  public final Map<String, PlaneChange.PutPolicy> policies = new LinkedHashMap<>();
  public final List<Install> installs = new ArrayList<>();
  public final List<List<PlaneChange>> requests = new ArrayList<>();
  public final List<SpiLease> released = new ArrayList<>();

  /** Lives in which it was told that all policies are there. */
  public final List<Generation> completions = new ArrayList<>();

  public final Map<SelectorPair, Usage> counters = new HashMap<>();

  public final Map<SelectorPair, Usage> inboundCounters = new HashMap<>();
  public final Map<SaId, Usage> saCounters = new HashMap<>();

  private final List<Consumer<PlaneEvent>> listeners = new CopyOnWriteArrayList<>();
  private final ArrayDeque<Runnable> late = new ArrayDeque<>();
  private boolean slow;
  private Function<PlaneChange, Optional<Outcome>> before = change -> Optional.empty();
  private Function<PlaneChange, Optional<Outcome>> after = change -> Optional.empty();
  private Consumer<PlaneChange> watcher = change -> {};

  public FakePlane(String name, PlaneCapabilities capabilities) {
    this.name = name;
    this.capabilities = capabilities;
  }

  /** As narrow as an E2100: one host and one protocol, AES-GCM only. */
  public static FakePlane narrow(String name) {
    return new FakePlane(name, capabilities(SelectorShape.DESTINATION_HOST_AND_PROTOCOL, false));
  }

  /** As wide as a software router. */
  public static FakePlane wide(String name) {
    return new FakePlane(name, capabilities(SelectorShape.FIVE_TUPLE, true));
  }

  public static PlaneCapabilities capabilities(SelectorShape shape, boolean wide) {
    return new PlaneCapabilities(
        wide
            ? Set.of(EncryptionAlgorithm.values())
            : Set.of(
                EncryptionAlgorithm.AES_GCM_16_128,
                EncryptionAlgorithm.AES_GCM_16_192,
                EncryptionAlgorithm.AES_GCM_16_256),
        wide ? Set.of(IntegrityAlgorithm.values()) : Set.of(IntegrityAlgorithm.NONE),
        shape,
        Set.of(IpsecMode.values()),
        true,
        wide ? 4096 : 128,
        wide,
        wide,
        wide,
        true,
        true,
        wide,
        wide,
        false,
        true,
        false,
        false,
        true,
        wide,
        wide,
        true);
  }

  // ---- what a test tells it -----------------------------------------------------------------

  public FakePlane can(PlaneCapabilities changed) {
    capabilities = changed;
    return this;
  }

  public void tableSize(long size) {
    tableSize = size;
  }

  /** Gives each SA a row in a table of this size for its direction, as on an E2100. */
  public void saRows(long size) {
    saRows = size;
  }

  private long count(Direction direction) {
    return sas.keySet().stream().filter(id -> id.direction() == direction).count();
  }

  /** Connects for the first time, or again with everything in place. */
  public void connect() {
    if (generation.equals(Generation.NONE)) {
      generation = generation.next();
    }
    connection = Connection.READY;
    reason = "";
    tell(new PlaneEvent.Up(generation));
  }

  public void disconnect(String why) {
    connection = Connection.DOWN;
    reason = why;
    tell(new PlaneEvent.Down(why));
  }

  /** Loses everything and comes back. */
  public void restart() {
    sas.clear();
    policies.clear();
    counters.clear();
    inboundCounters.clear();
    nextIndex = 1;
    newLife("the device restarted");
  }

  /** May have lost everything, but has not. */
  public void doubt() {
    newLife("the stream was lost");
  }

  private void newLife(String why) {
    Generation old = generation;
    generation = generation.next();
    tell(new PlaneEvent.GenerationChanged(old, generation, why));
    connection = Connection.READY;
    reason = "";
    tell(new PlaneEvent.Up(generation));
  }

  public void tell(PlaneEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }

  /** Answers wait until {@link #answer()}; the changes are made at once. */
  public void slow(boolean yes) {
    slow = yes;
  }

  /** Gives the answers that wait. */
  public void answer() {
    for (Runnable next = late.poll(); next != null; next = late.poll()) {
      next.run();
    }
  }

  /** Forgets the answers that wait: they were lost. */
  public void loseAnswers() {
    late.clear();
  }

  /** Outcomes instead of making the change. */
  public void failing(Function<PlaneChange, Optional<Outcome>> rule) {
    before = rule;
  }

  /** Outcomes told after the change was made. */
  public void lying(Function<PlaneChange, Optional<Outcome>> rule) {
    after = rule;
  }

  /** Sees the device after every single change. */
  public void watch(Consumer<PlaneChange> consumer) {
    watcher = consumer;
  }

  /** What happens to an outbound packet. */
  public Optional<PolicyAction> actionFor(SelectorPair selectors) {
    return place(Direction.OUTBOUND, selectors)
        .value()
        .flatMap(place -> Optional.ofNullable(policies.get(place)))
        .map(PlaneChange.PutPolicy::action);
  }

  public int listeners() {
    return listeners.size();
  }

  // ---- DataPlane ----------------------------------------------------------------------------

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return "fake";
  }

  @Override
  public PlaneCapabilities capabilities() {
    return capabilities;
  }

  @Override
  public PlaneStatus status() {
    return new PlaneStatus(
        connection,
        reason,
        generation,
        saRows == 0
            ? List.of(new PlaneStatus.TableUse("spd", policies.size(), tableSize))
            : List.of(
                new PlaneStatus.TableUse("spd", policies.size(), tableSize),
                new PlaneStatus.TableUse("rx", count(Direction.INBOUND), saRows),
                new PlaneStatus.TableUse("encap", count(Direction.OUTBOUND), saRows)),
        OptionalLong.empty(),
        Optional.empty());
  }

  @Override
  public RowNeeds rowNeeds() {
    return saRows == 0
        ? RowNeeds.NONE
        : new RowNeeds(Map.of("rx", 1, "encap", 1), Map.of("spd", 1), Map.of());
  }

  @Override
  public Result<String> place(Direction direction, SelectorPair selectors) {
    if (capabilities.selectorShape() == SelectorShape.FIVE_TUPLE) {
      return Result.ok(direction + " " + selectors);
    }
    if (!selectors.remote().isHost()) {
      return Result.failed(
          Outcome.refused(selectors.remote() + " is more than one address, which it cannot match"));
    }
    if (selectors.remote().isAnyProtocol()) {
      return Result.failed(
          Outcome.refused("any protocol cannot be matched by " + name + "; name protocols"));
    }
    return Result.ok(
        direction
            + " "
            + selectors.remote().first().getHostAddress()
            + " "
            + selectors.remote().protocol());
  }

  @Override
  public CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout) {
    long index = nextIndex++;
    Result<SpiLease> result =
        connection == Connection.READY
            ? Result.ok(new SpiLease(name, new Spi(0x1000 + index), index, generation))
            : Result.failed(Outcome.unavailable("not connected"));
    return answer(result);
  }

  @Override
  public CompletionStage<Outcome> releaseSpi(SpiLease lease) {
    released.add(lease);
    return answer(Outcome.ok());
  }

  @Override
  public CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout) {
    requests.add(changes);
    List<Outcome> outcomes = new ArrayList<>();
    for (PlaneChange change : changes) {
      Outcome outcome =
          !expected.equals(generation) || connection != Connection.READY
              ? Outcome.unavailable("life " + generation + ", not " + expected)
              : before.apply(change).orElseGet(() -> make(change));
      outcomes.add(outcome.done() ? after.apply(change).orElse(outcome) : outcome);
      if (change instanceof PlaneChange.AddSa add) {
        add.keys().close();
      }
      watcher.accept(change);
    }
    return answer(outcomes);
  }

  @Override
  public CompletionStage<Outcome> policiesComplete(Generation expected, Duration timeout) {
    if (!expected.equals(generation) || connection != Connection.READY) {
      return answer(Outcome.unavailable("life " + generation + ", not " + expected));
    }
    completions.add(expected);
    return answer(Outcome.ok());
  }

  private Outcome make(PlaneChange change) {
    if (change instanceof PlaneChange.AddSa add) {
      String key = add.keys().encryption().read(HexFormat.of()::formatHex);
      if (saRows > 0 && count(add.sa().id().direction()) >= saRows) {
        return Outcome.full("table of " + add.sa().id().direction() + " SAs is full");
      }
      installs.add(new Install(add.sa().id(), generation, key));
      return sas.putIfAbsent(add.sa().id(), add.sa()) == null
          ? Outcome.ok()
          : Outcome.conflict("the index is taken");
    }
    if (change instanceof PlaneChange.RemoveSa remove) {
      return sas.remove(remove.sa()) == null ? Outcome.absent("no such SA") : Outcome.ok();
    }
    if (change instanceof PlaneChange.PutPolicy put) {
      String place = place(put.direction(), put.selectors()).value().orElseThrow();
      if (!policies.containsKey(place) && policies.size() >= tableSize) {
        return Outcome.full("table full");
      }
      policies.put(place, put);
      return Outcome.ok();
    }
    if (change instanceof PlaneChange.RemovePolicy remove) {
      String place = place(remove.direction(), remove.selectors()).value().orElseThrow();
      return policies.remove(place) == null ? Outcome.absent("no such row") : Outcome.ok();
    }
    return Outcome.ok();
  }

  private <T> CompletionStage<T> answer(T value) {
    CompletableFuture<T> stage = new CompletableFuture<>();
    if (slow) {
      late.add(() -> stage.complete(value));
    } else {
      stage.complete(value);
    }
    return stage;
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    Map<SelectorPair, Usage> found = new HashMap<>();
    outbound.stream()
        .filter(counters::containsKey)
        .forEach(pair -> found.put(pair, counters.get(pair)));
    return answer(found);
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> receivedUsage(
      Collection<SelectorPair> inbound, Duration timeout) {
    Map<SelectorPair, Usage> found = new HashMap<>();
    inbound.stream()
        .filter(inboundCounters::containsKey)
        .forEach(pair -> found.put(pair, inboundCounters.get(pair)));
    return answer(found);
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> ids, Duration timeout) {
    Map<SaId, Usage> found = new HashMap<>();
    ids.stream().filter(saCounters::containsKey).forEach(id -> found.put(id, saCounters.get(id)));
    return answer(found);
  }

  @Override
  public CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout) {
    return answer(
        Result.ok(new PlaneSnapshot(generation, List.of(), List.copyOf(sas.keySet()), false)));
  }

  @Override
  public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
    return answer(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout) {
    return answer(Outcome.ok());
  }

  @Override
  public Registration subscribe(Consumer<PlaneEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
