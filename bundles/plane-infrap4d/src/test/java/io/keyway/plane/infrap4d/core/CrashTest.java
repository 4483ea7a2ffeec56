package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * The process ends at once, wherever it is; the device goes on. The next process knows only what
 * was on the disk.
 */
class CrashTest {

  private static final RowKey SPD = RowKey.spd((Inet4Address) Bench.address("10.2.0.1"), 6);

  /** The end of a process: nothing of it runs any more. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final FakeDevice device = new FakeDevice(1);
  private final Set<SpiLease> leases = new HashSet<>();

  private Bench start(Bench.Memory memory) {
    return new Bench(device, Bench.settings(), memory);
  }

  private SpiLease pair(Bench bench) {
    SpiLease lease = bench.lease();
    leases.add(lease);
    bench.apply(
        bench.add(lease, Direction.INBOUND),
        bench.add(lease, Direction.OUTBOUND),
        Bench.protect(lease));
    return lease;
  }

  private static void remove(Bench bench, SpiLease lease) {
    bench.apply(Bench.remove(lease, Direction.OUTBOUND), Bench.remove(lease, Direction.INBOUND));
  }

  /** Set-up, rekey, loss of the SA, new SA, end: everything that a tunnel lives through. */
  private void life(Bench bench) {
    bench.apply(Bench.hold());
    SpiLease first = pair(bench);
    SpiLease second = pair(bench);
    remove(bench, first);
    bench.apply(Bench.hold());
    remove(bench, second);
    SpiLease third = pair(bench);
    remove(bench, third);
    bench.apply(Bench.clear());
  }

  private int changesOfALife() {
    FakeDevice other = new FakeDevice(1);
    int[] count = {0};
    other.fuse = () -> count[0]++;
    life(new Bench(other, Bench.settings(), new Bench.Memory()));
    leases.clear();
    assertThat(other.rows).isEmpty();
    return count[0];
  }

  @Test
  void aCrashAtAnyMomentIsTakenOver() {
    int changes = changesOfALife();
    assertThat(changes).isGreaterThan(80);
    for (int at = 1; at <= changes; at++) {
      for (int seed = 0; seed < 3; seed++) {
        new CrashTest().crashAt(at, new Random(seed));
      }
    }
  }

  private void crashAt(int at, Random random) {
    Bench bench = start(new Bench.Memory());
    Generation before = bench.plane.generation();
    boolean[] safe = {false};
    int[] left = {at};
    device.afterEachRow = () -> check(safe);
    device.fuse =
        () -> {
          if (--left[0] == 0) {
            throw new Killed();
          }
        };
    try {
      life(bench);
    } catch (Killed e) {
      // as ordered
    }
    device.fuse = () -> {};
    RowAction protecting = device.rows.get(SPD);

    Bench next = start(bench.memory.crash(random));
    assertThat(next.plane.status().ready()).isTrue();
    if (!device.rows.isEmpty()) {
      assertThat(next.plane.generation()).as("lived on, %d", at).isEqualTo(before);
      assertThat(next.events).noneMatch(PlaneEvent.GenerationChanged.class::isInstance);
    }
    assertThat(next.plane.status().drift()).as("nothing of ours is a stranger").hasValue(0);
    assertThat(device.rows.get(SPD)).as("the SPD is as it was").isEqualTo(protecting);

    // What the databases do then: replace, remove what is old, and in the end everything.
    next.apply(Bench.hold());
    check(safe);
    SpiLease fresh = pair(next);
    assertThat(device.sas).containsKey(new SaRef(fresh.index(), Direction.OUTBOUND));
    assertThat(device.rows.get(SPD)).isEqualTo(RowAction.protect(fresh.index()));
    for (SpiLease lease : List.copyOf(leases)) {
      remove(next, lease);
    }
    safe[0] = false;
    device.afterEachRow = () -> {};
    next.apply(Bench.clear());
    next.executor.advance(120_000);
    assertThat(device.rows).as("crash at change %d", at).isEmpty();
    assertThat(device.sas).as("crash at change %d", at).isEmpty();
    assertThat(device.inserts.stream().map(sa -> sa.ref().toString()).distinct())
        .as("no index was used twice, and so no key")
        .hasSameSizeAs(device.inserts);
    assertThat(next.memory.now.keySet())
        .as("nothing is remembered of what is not there")
        .noneMatch(key -> key.startsWith("row/") || key.startsWith("sa/"));
  }

  /** From its first hold to its last removal no packet of the tunnel passes in clear. */
  private void check(boolean[] safe) {
    RowKey tx = RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, 0);
    RowKey under = RowKey.txClassification((Inet4Address) Bench.address("10.2.0.1"), 6, 1);
    boolean both = device.rows.containsKey(tx) && device.rows.containsKey(under);
    if (!safe[0]) {
      safe[0] = both;
      return;
    }
    if (both) {
      NeverClearTest.check(device);
      return;
    }
    // Only the end of the tunnel takes these rows away, and its SPD row before them.
    assertThat(device.rows).doesNotContainKey(SPD);
  }

  @Test
  void aDeviceThatRestartedMeanwhileIsAnotherLife() {
    Bench bench = start(new Bench.Memory());
    SpiLease lease = bench.up();
    Generation before = bench.plane.generation();
    device.restart();
    Bench next = start(bench.memory.crash(new Random(1)));
    assertThat(next.plane.generation()).isNotEqualTo(before);
    assertThat(next.kinds(bench.add(lease, Direction.OUTBOUND)))
        .as("its keys are burnt")
        .doesNotContain(Outcome.Kind.OK);
    assertThat(device.sas).isEmpty();
  }

  @Test
  void aRestartIsSeenEvenWhenTheOnlyRowWasJustBeingChanged() {
    Bench bench = start(new Bench.Memory());
    bench.apply(Bench.hold());
    device.fuse =
        () -> {
          throw new Killed();
        };
    Generation before = bench.plane.generation();
    try {
      bench.apply(Bench.clear());
    } catch (Killed e) {
      // as ordered
    }
    device.fuse = () -> {};
    device.restart();
    Bench next = start(bench.memory.crash(new Random(1)));
    assertThat(next.plane.generation()).isNotEqualTo(before);
  }

  @Test
  void anotherPipelineMeanwhileIsAnotherLife() {
    Bench bench = start(new Bench.Memory());
    bench.up();
    Generation before = bench.plane.generation();
    device.cookie++;
    assertThat(start(bench.memory.crash(new Random(1))).plane.generation()).isNotEqualTo(before);
  }

  @Test
  void anOutboundKeyInDoubtIsNeverInstalledAgain() {
    Bench bench = start(new Bench.Memory());
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    bench.apply(bench.add(lease, Direction.INBOUND));
    device.fuse =
        () -> {
          throw new Killed();
        };
    try {
      bench.apply(bench.add(lease, Direction.OUTBOUND));
    } catch (Killed e) {
      // before it reached the device; nobody can know
    }
    device.fuse = () -> {};
    Bench next = start(bench.memory.crash(new Random(1)));
    assertThat(next.kinds(next.add(lease, Direction.OUTBOUND)))
        .containsExactly(Outcome.Kind.CONFLICT);
    assertThat(next.kinds(Bench.protect(lease))).containsExactly(Outcome.Kind.CONFLICT);
    remove(next, lease);
    next.apply(Bench.clear());
    assertThat(device.rows).isEmpty();
    assertThat(device.sas).isEmpty();
  }

  @Test
  void spisThatWereGivenBackAreUsedByTheNextProcess() {
    Bench bench = start(new Bench.Memory());
    bench.up();
    SpiLease unused = bench.lease();
    bench.get(bench.plane.releaseSpi(unused));
    bench.apply(Bench.hold("10.2.0.9", 17));
    int reads = device.spiReads;
    Bench next = start(bench.memory.crash(new Random(1)));
    assertThat(next.lease()).isEqualTo(unused);
    assertThat(device.spiReads).isEqualTo(reads);
  }

  @Test
  void whatCannotBeNotedIsNotWritten() {
    Bench bench = start(new Bench.Memory());
    SpiLease lease = bench.up();
    int writes = device.writes.size();
    int inserts = device.inserts.size();
    List<String> log = new ArrayList<>(device.log);
    bench.memory.broken = "No space left on device";
    Outcome held = bench.apply(Bench.hold("10.2.0.9", 17)).get(0);
    assertThat(held.kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(held.reason()).contains("could not be noted").contains("No space left");
    SpiLease other = bench.lease();
    assertThat(bench.kinds(bench.add(other, Direction.OUTBOUND)))
        .containsExactly(Outcome.Kind.UNAVAILABLE);
    assertThat(bench.kinds(Bench.remove(lease, Direction.OUTBOUND)))
        .containsExactly(Outcome.Kind.UNAVAILABLE);
    assertThat(device.writes).hasSize(writes);
    assertThat(device.inserts).hasSize(inserts);
    assertThat(device.log).isEqualTo(log);
    assertThat(bench.plane.status().ready()).isTrue();
    assertThat(device.rows.get(SPD).action()).isEqualTo(IpsecAction.PROTECT);

    bench.memory.broken = "";
    assertThat(bench.kinds(Bench.hold("10.2.0.9", 17))).containsExactly(Outcome.Kind.OK);
    assertThat(bench.kinds(bench.add(other, Direction.OUTBOUND))).containsExactly(Outcome.Kind.OK);
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void aFullMemoryRefusesAndIsFilledAnewLater() {
    Bench bench = start(new Bench.Memory());
    bench.memory.full = "raise recordsPerOwner";
    Outcome held = bench.apply(Bench.hold()).get(0);
    assertThat(held.reason()).contains("raise recordsPerOwner");
    assertThat(device.rows).isEmpty();
    bench.memory.full = "";
    assertThat(bench.kinds(Bench.hold())).containsExactly(Outcome.Kind.OK);
    assertThat(start(bench.memory.crash(new Random(1))).plane.status().drift()).hasValue(0);
  }

  @Test
  void withoutAMemoryThereIsNoContactAndAnotherOneIsToldEverything() {
    Bench.Memory memory = new Bench.Memory();
    memory.life = 0;
    Bench bench = start(memory);
    assertThat(device.connects).isZero();
    assertThat(bench.plane.status().reason()).contains("waiting for service state");
    memory.life = 1;
    bench.executor.advance(60_000);
    assertThat(bench.plane.status().ready()).isTrue();
    bench.up();
    // Another store, with nothing in it but a row that is long gone.
    memory.now.clear();
    memory.sync();
    memory.life = 2;
    bench.apply(Bench.hold("10.2.0.9", 17));
    Bench next = start(memory.crash(new Random(1)));
    assertThat(next.plane.status().drift()).hasValue(0);
    assertThat(next.plane.generation()).isEqualTo(bench.plane.generation());
  }

  @Test
  void aWaveOfManyChangesIsNotedWithOneForce() {
    Bench bench = start(new Bench.Memory());
    int before = bench.memory.syncs;
    var changes = new ArrayList<io.keyway.api.plane.PlaneChange>();
    for (int i = 1; i <= 200; i++) {
      changes.add(Bench.hold("10.9.0." + i, 6));
    }
    bench.apply(changes.toArray(io.keyway.api.plane.PlaneChange[]::new));
    assertThat(device.rows).hasSize(400);
    assertThat(bench.memory.syncs - before).isEqualTo(1);
  }

  /** Ends in which an SA whose answer was lost is still to be removed once more. */
  @Test
  void anSaThatMayStillComeKeepsNoRowsOverARestart() {
    for (long seed : new long[] {4, 8, 12, 37}) {
      new CrashTest().crashAfterCrashAfterCrash(seed);
    }
  }

  @Property(tries = 60, shrinking = net.jqwik.api.ShrinkingMode.OFF)
  void crashAfterCrashAfterCrash(@ForAll long seed) {
    Random random = new Random(seed);
    Bench bench = start(new Bench.Memory());
    boolean[] safe = {false};
    device.afterEachRow = () -> check(safe);
    for (int round = 0; round < 8; round++) {
      int[] left = {1 + random.nextInt(60)};
      device.fuse =
          () -> {
            if (--left[0] == 0) {
              throw new Killed();
            }
          };
      try {
        bench.apply(Bench.hold());
        SpiLease fresh = pair(bench);
        for (SpiLease lease : List.copyOf(leases)) {
          if (!lease.equals(fresh)) {
            remove(bench, lease);
          }
        }
      } catch (Killed e) {
        // as ordered
      }
      device.fuse = () -> {};
      bench = start(bench.memory.crash(random));
      check(safe);
    }
    bench.apply(Bench.hold());
    for (SpiLease lease : leases) {
      remove(bench, lease);
    }
    device.afterEachRow = () -> {};
    bench.apply(Bench.clear());
    bench.executor.advance(120_000);
    assertThat(device.rows).isEmpty();
    assertThat(device.sas).isEmpty();
    assertThat(device.inserts.stream().map(sa -> sa.ref().toString()).distinct())
        .hasSameSizeAs(device.inserts);
  }
}
