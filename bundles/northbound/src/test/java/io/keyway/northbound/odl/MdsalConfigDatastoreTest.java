package io.keyway.northbound.odl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentChange;
import io.keyway.northbound.Odl;
import io.keyway.northbound.Samples;
import io.keyway.northbound.rules.PlaneRules;
import io.keyway.northbound.store.DatastoreIntentStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;

/** The store on OpenDaylight's own datastore, in memory. */
class MdsalConfigDatastoreTest {

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final DOMDataBroker broker = Odl.domBroker();
  private final MdsalConfigDatastore datastore =
      new MdsalConfigDatastore(broker, () -> new EntryCodec(Odl.MODEL));

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void whatIsSubmittedIsInTheDatastoreAndInTheSnapshot() throws Exception {
    DatastoreIntentStore store = ready();
    List<Outcome> outcomes =
        store
            .submit(
                List.of(
                    new IntentChange.Put(Samples.plane("ipu-1")),
                    new IntentChange.Put(Samples.ikePolicy("p", Optional.of(Samples.psk("s")))),
                    new IntentChange.Put(Samples.childPolicy("c")),
                    new IntentChange.Put(Samples.gateway("g", "p", Optional.of("ipu-1"))),
                    new IntentChange.Put(Samples.tunnel("t", "g", "c")),
                    new IntentChange.Put(Samples.staticPolicy("s", Optional.of("ipu-1")))),
                true,
                Duration.ofSeconds(10))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(outcomes).hasSize(6).containsOnly(Outcome.ok());
    assertThat(store.snapshot().tunnels()).containsEntry("t", Samples.tunnel("t", "g", "c"));
    assertThat(store.snapshot().childPolicies()).containsEntry("c", Samples.childPolicy("c"));
    assertThat(store.snapshot().policies())
        .containsEntry("s", Samples.staticPolicy("s", Optional.of("ipu-1")));
    assertThat(store.snapshot().dataPlanes()).containsEntry("ipu-1", Samples.plane("ipu-1"));
    assertThat(
            broker
                .newReadOnlyTransaction()
                .read(LogicalDatastoreType.CONFIGURATION, ConfigPaths.IPSEC)
                .get())
        .isPresent();
    store.close();

    DatastoreIntentStore next = ready();
    assertThat(next.snapshot().gateways()).containsOnlyKeys("g");
    next.close();
  }

  @Test
  void deletionsAtEveryLevelReachTheSnapshot() throws Exception {
    DatastoreIntentStore store = ready();
    store
        .submit(
            List.of(
                new IntentChange.Put(Samples.childPolicy("c")),
                new IntentChange.Put(Samples.childPolicy("d"))),
            true,
            Duration.ofSeconds(10))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    List<Outcome> outcomes =
        store
            .submit(
                List.of(new IntentChange.Delete("child-policies/child-policy", "c")),
                true,
                Duration.ofSeconds(10))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(outcomes).containsExactly(Outcome.ok());
    assertThat(store.snapshot().childPolicies()).containsOnlyKeys("d");

    var transaction = broker.newWriteOnlyTransaction();
    transaction.delete(LogicalDatastoreType.CONFIGURATION, ConfigPaths.IPSEC);
    transaction.commit().get(10, TimeUnit.SECONDS);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!store.snapshot().childPolicies().isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertThat(store.snapshot().childPolicies()).isEmpty();
    store.close();
  }

  @Test
  void aBrokerThatChecksNothingIsNotAccepted() {
    assertThatIllegalStateException()
        .isThrownBy(() -> datastore.guard(new ConfigCohort(PlaneRules.NONE)))
        .withMessageContaining("nothing would check references");
  }

  private DatastoreIntentStore ready() throws Exception {
    DatastoreIntentStore store = new DatastoreIntentStore(datastore, executor, PlaneRules.NONE);
    store.ready().toCompletableFuture().get(10, TimeUnit.SECONDS);
    return store;
  }
}
