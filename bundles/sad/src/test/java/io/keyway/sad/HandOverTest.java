package io.keyway.sad;

import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static io.keyway.sad.Bench.TIMEOUT;
import static io.keyway.sad.Bench.keys;
import static io.keyway.sad.Bench.sa;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.store.StateStore;
import io.keyway.testing.MemoryStateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Owners, their instances, and instances of the database itself. */
class HandOverTest {

  @TempDir Path directory;
  private Bench bench;

  @BeforeEach
  void start() {
    bench = new Bench(directory);
  }

  @Test
  void flushRemovesOneLifeOfAnOwnerOnly() {
    bench.child("c1", 1);
    assertThat(bench.sad.adopt("ike-native", "two")).hasSize(2);
    assertThat(bench.now(bench.sad.flush("ike-native", Optional.of("one"), TIMEOUT))).isEmpty();
    assertThat(bench.now(bench.sad.flush("other", Optional.empty(), TIMEOUT))).isEmpty();
    assertThat(bench.plane.sas).hasSize(2);
    assertThat(bench.now(bench.sad.flush("ike-native", Optional.of("two"), TIMEOUT)))
        .hasSize(2)
        .allMatch(Outcome::gone);
    assertThat(bench.plane.sas).isEmpty();
  }

  @Test
  void theNextInstanceTakesOverAndNothingHappensOnTheDevice() {
    SecurityAssociation out =
        sa(
            Direction.OUTBOUND,
            bench.reserve(),
            "c1",
            new Lifetime(new Limit(100, 0, 0), Limit.NONE),
            true);
    bench.add(out, 1);
    SpiLease held = bench.reserve();
    int requests = bench.plane.requests.size();
    MemoryStateStore store = new MemoryStateStore();
    bench.time.advance(Duration.ofSeconds(40));
    bench.sad.close(Optional.of(store));
    bench.sad.unbind(bench.plane);
    bench.time.advance(Duration.ofSeconds(20));

    bench.events.clear();
    bench.open("run-1");
    bench.sad.restore(store);
    bench.sad.bind(bench.plane);
    bench.time.advance(Duration.ofSeconds(10));
    assertThat(bench.plane.requests).hasSize(requests);
    assertThat(bench.plane.listeners()).isEqualTo(1);
    assertThat(bench.state(out.id())).isEqualTo("installed");
    assertThat(bench.sad.entries().get(0).sa()).isEqualTo(out);
    bench.time.advance(Duration.ofSeconds(31));
    assertThat(bench.events)
        .as("100 s since the install")
        .anyMatch(SadEvent.Expired.class::isInstance);
    assertThat(bench.add(sa(Direction.INBOUND, held, "c2"), 9).kind()).isEqualTo(OK);
    assertThat(bench.now(bench.sad.remove(out.id(), TIMEOUT)).kind()).isEqualTo(OK);
    assertThat(bench.plane.sas).hasSize(1);
  }

  @Test
  void recordsFromBeforePeersWereWrittenAreReadToo() {
    SecurityAssociation out = sa(Direction.OUTBOUND, bench.reserve(), "c1");
    bench.add(out, 1);
    MemoryStateStore store = new MemoryStateStore();
    bench.sad.close(Optional.of(store));
    bench.sad.unbind(bench.plane);
    int peer = 2 + out.child().peer().length();
    store.records.replaceAll(
        (name, old) ->
            old.key().startsWith(SadState.SA)
                ? new StateStore.StateRecord(
                    old.owner(),
                    old.key(),
                    old.schema(),
                    Arrays.copyOf(old.octets(), old.octets().length - peer))
                : old);
    bench.open("run-1");
    bench.sad.restore(store);
    bench.sad.bind(bench.plane);
    assertThat(bench.sad.entries())
        .singleElement()
        .satisfies(e -> assertThat(e.sa().child()).isEqualTo(out.child().with("")));
  }

  @Test
  void packetsCountedBeforeTheHandOverCountAfterIt() {
    SecurityAssociation out =
        sa(
            Direction.OUTBOUND,
            bench.reserve(),
            "c1",
            new Lifetime(new Limit(0, 0, 1000), new Limit(0, 0, 2000)),
            true);
    bench.add(out, 1);
    bench.time.advance(Duration.ofSeconds(10));
    bench.plane.counters.put(Bench.PAIR, Usage.of(900, 1));
    MemoryStateStore store = new MemoryStateStore();
    bench.sad.close(Optional.of(store));
    bench.sad.unbind(bench.plane);
    bench.open("run-1");
    bench.sad.restore(store);
    bench.events.clear();
    bench.sad.bind(bench.plane);
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).filteredOn(SadEvent.Expired.class::isInstance).isEmpty();
    bench.plane.counters.put(Bench.PAIR, Usage.of(1300, 1));
    bench.time.advance(Duration.ofSeconds(20));
    assertThat(bench.events)
        .filteredOn(SadEvent.Expired.class::isInstance)
        .hasSize(1)
        .first()
        .extracting("hard")
        .isEqualTo(false);
  }

  @Test
  void planeThatRestartedWhileTheServiceWasAwayBurnsWhatWasTakenOver() {
    bench.child("c1", 1);
    MemoryStateStore store = new MemoryStateStore();
    bench.sad.close(Optional.of(store));
    bench.plane.restart();
    bench.events.clear();
    bench.open("run-1");
    bench.sad.bind(bench.plane);
    bench.time.settle();
    bench.sad.restore(store);
    bench.time.settle();
    assertThat(bench.events).filteredOn(SadEvent.Burnt.class::isInstance).hasSize(1);
  }

  @Test
  void whatAnEarlierProcessLeftIsRemoved() {
    bench.child("c1", 1);
    bench.sad.close(Optional.empty());
    bench.open("run-2");
    bench.sad.bind(bench.plane);
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(bench.plane.sas).isEmpty();
  }

  @Test
  void withoutAStateStoreAnUpdateLeavesRunningSasAloneUntilTheyAreFlushed() {
    bench.child("c1", 1);
    bench.sad.close(Optional.empty());
    bench.open("run-1");
    bench.sad.bind(bench.plane);
    bench.time.advance(Duration.ofSeconds(30));
    assertThat(bench.plane.sas).hasSize(2);
    bench.now(bench.sad.flush("ike-native", Optional.empty(), TIMEOUT));
    assertThat(bench.plane.sas).isEmpty();
  }

  @Test
  void stopAnswersEverybodyWhoWaits() {
    SpiLease lease = bench.reserve();
    SpiLease second = bench.reserve();
    bench.plane.slow(true);
    var reserve = bench.sad.reserve("ipu-1", TIMEOUT);
    var flying = bench.sad.add(sa(Direction.OUTBOUND, lease, "c1"), keys(1), TIMEOUT);
    bench.time.settle();
    SaKeys keys = keys(2);
    var queued = bench.sad.add(sa(Direction.OUTBOUND, second, "c2"), keys, TIMEOUT);
    bench.sad.close(Optional.empty());
    assertThat(bench.now(flying).kind()).isEqualTo(UNKNOWN);
    assertThat(bench.now(queued).kind()).isEqualTo(UNAVAILABLE);
    assertThat(bench.now(reserve).outcome().kind()).isEqualTo(UNAVAILABLE);
    assertThat(keys.encryption().isWiped()).isTrue();
  }
}
