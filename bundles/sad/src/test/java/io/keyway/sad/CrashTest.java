package io.keyway.sad;

import static io.keyway.sad.Bench.TIMEOUT;
import static io.keyway.sad.Bench.sa;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.testing.MemoryStateStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process ends without a word; the next one has what was on the disk. */
class CrashTest {

  /** The end of a process: nothing of it runs any more. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @TempDir Path directory;
  private Bench bench;
  private MemoryStateStore store = new MemoryStateStore();

  @BeforeEach
  void start() {
    bench = new Bench(directory);
    begin();
  }

  private void begin() {
    bench.sad.restore(store);
    bench.time.settle();
    // As planes do: everything noted is on the disk before the device hears anything.
    MemoryStateStore present = store;
    bench.plane.failing(
        change -> {
          present.sync();
          return Optional.empty();
        });
  }

  private int runs = 1;

  /** Another process, on a copy of the burnt-key journal: the file of the dead one is locked. */
  private void crash(Random random) throws Exception {
    MemoryStateStore left = store.crash(random);
    Path elsewhere = Files.createTempDirectory(directory, "run");
    Files.copy(bench.journal, elsewhere.resolve("burnt"));
    bench.sad.unbind(bench.plane);
    Bench next = new Bench(elsewhere, bench.plane, "run-" + ++runs);
    next.sad.restore(left);
    store = left;
    bench = next;
    begin();
    bench.sad.bind(bench.plane);
    bench.time.settle();
  }

  @Test
  void installedSasAreAdoptedWithTheirAge() throws Exception {
    SecurityAssociation out =
        sa(
            Direction.OUTBOUND,
            bench.reserve(),
            "c1",
            new Lifetime(new Limit(100, 0, 0), Limit.NONE),
            true);
    bench.add(out, 1);
    bench.time.advance(Duration.ofSeconds(60));
    store.sync();
    crash(new Random(1));
    // The fakes' clocks begin anew: the age is what the wall clock says.
    assertThat(bench.state(out.id())).isEqualTo("installed");
    assertThat(bench.sad.adopt("ike-native", "two"))
        .singleElement()
        .satisfies(sa -> assertThat(sa.child().owner().instance()).isEqualTo("two"));
    bench.time.advance(Duration.ofSeconds(99));
    assertThat(bench.plane.sas).containsKey(out.id());
    assertThat(bench.events).noneMatch(SadEvent.Burnt.class::isInstance);
    bench.time.advance(Duration.ofSeconds(2));
    assertThat(bench.events).anyMatch(SadEvent.Expired.class::isInstance);
  }

  @Test
  void anInstallThatReachedTheDeviceUnheardIsTakenAwayAndItsKeyNeverComesBack() throws Exception {
    installInDoubt(true);
  }

  @Test
  void anInstallThatNeverReachedTheDeviceIsDoubtfulAllTheSame() throws Exception {
    installInDoubt(false);
  }

  private void installInDoubt(boolean reached) throws Exception {
    MemoryStateStore present = store;
    bench.plane.failing(
        change -> {
          present.sync();
          if (!reached) {
            throw new Killed();
          }
          return Optional.empty();
        });
    bench.plane.lying(
        change -> {
          throw new Killed();
        });
    SecurityAssociation out = sa(Direction.OUTBOUND, bench.reserve(), "c1");
    try {
      bench.add(out, 7);
    } catch (Killed | AssertionError e) {
      // as ordered: nobody is there to hear an answer
    }
    assertThat(bench.plane.sas).hasSize(reached ? 1 : 0);
    bench.plane.lying(change -> Optional.empty());
    crash(new Random(1));
    assertThat(bench.state(out.id())).isEqualTo("burnt");
    assertThat(bench.sad.adopt("ike-native", "two")).as("nobody takes it for good").isEmpty();
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(bench.plane.sas).isEmpty();
    assertThat(bench.state(out.id())).isEqualTo("none");
    SpiLease fresh = bench.reserve();
    assertThat(bench.add(sa(Direction.OUTBOUND, fresh, "c2"), 7).reason()).contains("burnt");
  }

  @Test
  void aRemovalOnItsWayGoesOn() throws Exception {
    List<SecurityAssociation> child = bench.child("c1", 1);
    MemoryStateStore present = store;
    bench.plane.failing(
        change -> {
          present.sync();
          throw new Killed();
        });
    try {
      bench.now(bench.sad.remove(child.get(1).id(), TIMEOUT));
    } catch (Killed e) {
      // as ordered
    }
    crash(new Random(1));
    assertThat(bench.state(child.get(1).id())).isEqualTo("removing");
    assertThat(bench.sad.adopt("ike-native", "two")).hasSize(1);
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(bench.plane.sas).containsOnlyKeys(child.get(0).id());
  }

  @Test
  void aPlaneThatRestartedMeanwhileBurnsEverything() throws Exception {
    bench.child("c1", 1);
    store.sync();
    bench.sad.unbind(bench.plane);
    bench.plane.restart();
    crash(new Random(1));
    assertThat(bench.events).filteredOn(SadEvent.Burnt.class::isInstance).hasSize(1);
    assertThat(bench.sad.entries()).allMatch(entry -> entry.state().equals("burnt"));
  }

  @Test
  void spisThatNobodyHoldsAnyMoreAreUsedFirst() throws Exception {
    SpiLease held = bench.reserve();
    store.sync();
    crash(new Random(1));
    assertThat(bench.reserve()).isEqualTo(held);
  }

  @Test
  void packetsBeforeTheCrashCount() throws Exception {
    SecurityAssociation out =
        sa(
            Direction.OUTBOUND,
            bench.reserve(),
            "c1",
            new Lifetime(new Limit(0, 0, 1000), Limit.NONE),
            false);
    bench.plane.counters.put(Bench.PAIR, Usage.of(5000, 500_000));
    bench.add(out, 1);
    bench.time.advance(Duration.ofSeconds(1));
    bench.plane.counters.put(Bench.PAIR, Usage.of(5900, 590_000));
    store.sync();
    crash(new Random(1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).noneMatch(SadEvent.Expired.class::isInstance);
    bench.plane.counters.put(Bench.PAIR, Usage.of(6001, 600_100));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).anyMatch(SadEvent.Expired.class::isInstance);
  }

  @Test
  void whatCannotBeNotedIsNotInstalled() {
    SpiLease lease = bench.reserve();
    store.full = "raise recordsPerOwner";
    Outcome outcome = bench.add(sa(Direction.OUTBOUND, lease, "c1"), 1);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(outcome.reason()).contains("raise recordsPerOwner");
    assertThat(bench.plane.installs).isEmpty();
    store.full = "";
    assertThat(bench.add(sa(Direction.OUTBOUND, lease, "c1"), 1).done()).isTrue();
  }

  @Test
  void anotherStoreIsToldEverything() throws Exception {
    bench.child("c1", 1);
    MemoryStateStore other = new MemoryStateStore();
    bench.sad.forget(store);
    List<SecurityAssociation> second = bench.child("c2", 2);
    bench.sad.restore(other);
    store = other;
    bench.now(bench.sad.remove(second.get(0).id(), TIMEOUT));
    store.sync();
    crash(new Random(1));
    assertThat(bench.sad.adopt("ike-native", "two")).hasSize(3);
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(bench.plane.sas).hasSize(3);
  }

  /** Set-ups, rekeys and ends, killed at any request to the device, again and again. */
  @Test
  void crashAfterCrashLeavesNothingBehindAndInstallsNoKeyTwice() throws Exception {
    for (int seed = 0; seed < 12; seed++) {
      Random random = new Random(seed);
      store = new MemoryStateStore();
      bench = new Bench(Files.createTempDirectory(directory, "seed"));
      begin();
      int key = 1;
      for (int round = 0; round < 6; round++) {
        int[] left = {1 + random.nextInt(6)};
        MemoryStateStore present = store;
        boolean before = random.nextBoolean();
        bench.plane.failing(
            change -> {
              present.sync();
              if (before && --left[0] == 0) {
                throw new Killed();
              }
              return Optional.empty();
            });
        bench.plane.lying(
            change -> {
              if (!before && --left[0] == 0) {
                throw new Killed();
              }
              return Optional.empty();
            });
        try {
          List<SecurityAssociation> old = bench.sad.adopt("ike-native", "life-" + round);
          for (int child = 0; child < 2; child++) {
            bench.child("c" + key, key);
            key++;
          }
          for (SecurityAssociation sa : old) {
            bench.now(bench.sad.remove(sa.id(), TIMEOUT));
          }
        } catch (Killed | AssertionError e) {
          key++;
        }
        bench.plane.lying(change -> Optional.empty());
        crash(random);
        bench.time.advance(Duration.ofSeconds(3));
        assertThat(bench.plane.sas.keySet())
            .as("seed %d round %d: what is there is known, what is known is there", seed, round)
            .containsExactlyInAnyOrderElementsOf(
                bench.sad.entries().stream().map(entry -> entry.sa().id()).toList());
      }
      bench.now(bench.sad.flush("ike-native", Optional.empty(), TIMEOUT));
      bench.time.advance(Duration.ofSeconds(3));
      assertThat(bench.plane.sas).isEmpty();
      assertThat(store.records.keySet()).noneMatch(name -> name.startsWith("sad/sa/"));
      assertThat(bench.plane.installs.stream().map(i -> i.key() + i.sa().direction()).distinct())
          .hasSameSizeAs(bench.plane.installs);
    }
  }
}
