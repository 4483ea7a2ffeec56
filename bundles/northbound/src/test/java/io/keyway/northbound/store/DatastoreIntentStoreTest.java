package io.keyway.northbound.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.northbound.Samples;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.Tree;
import io.keyway.northbound.rules.PlaneRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatastoreIntentStoreTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final Datastore datastore = new Datastore();
  private final DatastoreIntentStore store =
      new DatastoreIntentStore(datastore, executor, PlaneRules.NONE);

  @AfterEach
  void stop() {
    store.close();
    executor.shutdownNow();
  }

  @Test
  void isReadyOnlyWhenTheFirstConfigurationWasRead() throws Exception {
    assertThat(store.ready().toCompletableFuture()).isNotDone();
    assertThat(submit(new IntentChange.Put(Samples.childPolicy("c"))).get(0).kind())
        .isEqualTo(Outcome.Kind.UNAVAILABLE);
    datastore.tell(true, Samples.childPolicy("c"));
    IntentSnapshot first = store.ready().toCompletableFuture().get(5, TimeUnit.SECONDS);
    assertThat(first.childPolicies()).containsOnlyKeys("c");
  }

  @Test
  void writesWhatIsGoodAndAnswersForEveryItem() throws Exception {
    datastore.tell(true);
    List<Outcome> outcomes =
        submit(
            new IntentChange.Put(Samples.plane("ipu-1")),
            new IntentChange.Put(Samples.tunnel("bad", "nobody", "c")),
            new IntentChange.Put(Samples.childPolicy("c")),
            new IntentChange.Put(Samples.gateway("g", "p", Optional.of("ipu-1"))),
            new IntentChange.Put(Samples.tunnel("t", "g", "c")),
            new IntentChange.Put(Samples.ikePolicy("p", Optional.of(Samples.psk("s")))),
            new IntentChange.Delete("tunnels/tunnel", "gone"));
    assertThat(outcomes)
        .extracting(Outcome::kind)
        .containsExactly(
            Outcome.Kind.OK,
            Outcome.Kind.REFUSED,
            Outcome.Kind.OK,
            Outcome.Kind.OK,
            Outcome.Kind.OK,
            Outcome.Kind.OK,
            Outcome.Kind.ABSENT);
    assertThat(outcomes.get(1).reason())
        .isEqualTo(
            "tunnels/tunnel=bad/gateway: there is no gateway 'nobody'; create"
                + " gateways/gateway=nobody first, or correct the name");
    // The answer comes when the snapshot shows it.
    assertThat(store.snapshot().tunnels()).containsOnlyKeys("t");
    assertThat(store.snapshot().problems()).isEmpty();
  }

  @Test
  void oneBadItemDrawsThoseThatNeedItWithIt() throws Exception {
    datastore.tell(true, Samples.childPolicy("c"));
    List<Outcome> outcomes =
        submit(
            new IntentChange.Put(Samples.tunnel("t", "g", "c")),
            new IntentChange.Put(Samples.gateway("g", "nothing", Optional.empty())));
    assertThat(outcomes).extracting(Outcome::kind).containsOnly(Outcome.Kind.REFUSED);
    assertThat(outcomes.get(0).reason()).contains("there is no gateway 'g'");
    assertThat(datastore.writes).isEmpty();
  }

  @Test
  void allOrNothingWritesNothingWhenOneItemIsBad() throws Exception {
    datastore.tell(true);
    List<Outcome> outcomes =
        store
            .submit(
                List.of(
                    new IntentChange.Put(Samples.childPolicy("c")),
                    new IntentChange.Put(Samples.tunnel("t", "nobody", "c"))),
                true,
                LIMIT)
            .toCompletableFuture()
            .get(5, TimeUnit.SECONDS);
    assertThat(outcomes).extracting(Outcome::kind).containsOnly(Outcome.Kind.REFUSED);
    assertThat(outcomes.get(0).reason()).contains("another change of the set is bad");
    assertThat(datastore.writes).isEmpty();
  }

  @Test
  void whatIsThereAlreadyIsNotWrittenAgain() throws Exception {
    datastore.tell(true, Samples.childPolicy("c"));
    assertThat(submit(new IntentChange.Put(Samples.childPolicy("c"))))
        .containsExactly(Outcome.same());
    assertThat(datastore.writes).isEmpty();
  }

  @Test
  void whatIsInUseIsNotDeleted() throws Exception {
    datastore.tell(
        true,
        Samples.plane("ipu-1"),
        Samples.ikePolicy("p", Optional.of(Samples.psk("s"))),
        Samples.childPolicy("c"),
        Samples.gateway("g", "p", Optional.empty()),
        Samples.tunnel("t", "g", "c"));
    Outcome outcome = submit(new IntentChange.Delete("gateways/gateway", "g")).get(0);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(outcome.reason()).contains("gateways/gateway=g", "tunnels/tunnel=t/gateway");
    assertThat(
            submit(
                new IntentChange.Delete("gateways/gateway", "g"),
                new IntentChange.Delete("tunnels/tunnel", "t")))
        .containsExactly(Outcome.ok(), Outcome.ok());
  }

  @Test
  void aRefusalOfTheDatastoreIsTold() throws Exception {
    datastore.tell(true);
    datastore.failure = new IllegalStateException("the shard has no leader");
    Outcome outcome = submit(new IntentChange.Put(Samples.childPolicy("c"))).get(0);
    assertThat(outcome).isEqualTo(Outcome.conflict("not written: the shard has no leader"));
  }

  @Test
  void aDatastoreThatDoesNotAnswerLeavesTheOutcomeUnknown() throws Exception {
    datastore.tell(true);
    datastore.silent = true;
    Outcome outcome =
        store
            .submit(
                List.of(new IntentChange.Put(Samples.childPolicy("c"))),
                false,
                Duration.ofMillis(50))
            .toCompletableFuture()
            .get(5, TimeUnit.SECONDS)
            .get(0);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UNKNOWN);
  }

  @Test
  void entriesThatGotInAnywayStandWithTheirProblem() throws Exception {
    // As after a restart: the datastore restores what it has without asking anybody.
    datastore.tell(true, Samples.tunnel("t", "nobody", "c"), Samples.childPolicy("c"));
    datastore.tell(
        false,
        Map.of(
            new EntryRef(EntryKind.CHILD_POLICY, "broken"),
            Optional.of(new Tree().leaf("name", "broken"))));
    await();
    assertThat(store.snapshot().problems())
        .containsOnlyKeys("tunnels/tunnel=t", "child-policies/child-policy=broken");
    assertThat(store.snapshot().problems().get("tunnels/tunnel=t"))
        .startsWith("gateway: there is no gateway 'nobody'");
    assertThat(store.snapshot().tunnels()).containsKey("t");
  }

  @Test
  void listenersHearThePresentAndEveryChangeInOrder() throws Exception {
    List<IntentSnapshot> heard = new CopyOnWriteArrayList<>();
    datastore.tell(true, Samples.childPolicy("c"));
    await();
    Registration subscription = store.subscribe(heard::add);
    datastore.tell(false, Samples.childPolicy("d"));
    datastore.tell(
        false, Map.of(new EntryRef(EntryKind.CHILD_POLICY, "c"), Optional.<Tree>empty()));
    await();
    assertThat(heard)
        .extracting(s -> s.childPolicies().keySet().stream().sorted().toList())
        .containsExactly(List.of("c"), List.of("c", "d"), List.of("d"));
    assertThat(heard).extracting(IntentSnapshot::version).isSorted();
    subscription.close();
    datastore.tell(false, Samples.childPolicy("e"));
    await();
    assertThat(heard).hasSize(3);
  }

  @Test
  void aListenerThatFailsDisturbsNobody() throws Exception {
    List<IntentSnapshot> heard = new CopyOnWriteArrayList<>();
    store.subscribe(
        snapshot -> {
          throw new IllegalStateException("on purpose");
        });
    store.subscribe(heard::add);
    datastore.tell(true);
    await();
    assertThat(heard).hasSize(1);
  }

  @Test
  void aNewWholeReplacesWhatWas() throws Exception {
    datastore.tell(true, Samples.childPolicy("c"), Samples.plane("ipu-1"));
    datastore.tell(true, Samples.childPolicy("d"));
    await();
    assertThat(store.snapshot().childPolicies()).containsOnlyKeys("d");
    assertThat(store.snapshot().dataPlanes()).isEmpty();
  }

  private List<Outcome> submit(IntentChange... changes) throws Exception {
    return store
        .submit(List.of(changes), false, LIMIT)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  /** Everything that was told before has been worked off after this. */
  private void await() throws Exception {
    executor.submit(() -> {}).get(5, TimeUnit.SECONDS);
  }

  /** Tells back what is written, as the datastore's listener does. */
  private static final class Datastore implements ConfigDatastore {
    private final List<IntentChange> writes = new ArrayList<>();
    private Consumer<Update> listener;
    private RuntimeException failure;
    private boolean silent;

    @Override
    public Registration listen(Consumer<Update> newListener) {
      listener = newListener;
      return () -> {};
    }

    @Override
    public CompletionStage<Void> write(List<IntentChange> changes) {
      if (silent) {
        return new CompletableFuture<>();
      }
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      writes.addAll(changes);
      for (IntentChange change : changes) {
        if (change instanceof IntentChange.Put put) {
          tell(false, put.value());
        } else if (change instanceof IntentChange.Delete delete) {
          EntryKind kind = EntryKind.ofPath(delete.list()).orElseThrow();
          tell(false, Map.of(new EntryRef(kind, delete.name()), Optional.<Tree>empty()));
        }
      }
      return CompletableFuture.completedFuture(null);
    }

    void tell(boolean whole, IntentObject... values) {
      Map<EntryRef, Optional<Tree>> entries = new java.util.HashMap<>();
      for (IntentObject value : values) {
        entries.put(EntryRef.of(value), Optional.of(EntryMapper.write(value)));
      }
      tell(whole, entries);
    }

    void tell(boolean whole, Map<EntryRef, Optional<Tree>> entries) {
      listener.accept(new Update(whole, entries));
    }
  }
}
