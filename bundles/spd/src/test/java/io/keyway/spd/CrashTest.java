package io.keyway.spd;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.testing.MemoryStateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The process ends without a word; the next one has what was on the disk. */
class CrashTest extends SpdBench {

  /** The end of a process: nothing of it runs any more. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private MemoryStateStore store = new MemoryStateStore();
  private final List<PlaneChange> writes = new ArrayList<>();
  private int lives = 1;

  @BeforeEach
  void remember() {
    begin(Integer.MAX_VALUE, false);
    spd.restore(store);
  }

  /**
   * As planes do: everything noted is on the disk before the device hears anything.
   *
   * @param last the write at which the process ends
   */
  private void begin(int last, boolean done) {
    MemoryStateStore present = store;
    int[] left = {last};
    plane.failing(
        change -> {
          present.sync();
          writes.add(change);
          if (!done && --left[0] == 0) {
            throw new Killed();
          }
          return Optional.empty();
        });
    plane.lying(
        change -> {
          if (done && --left[0] == 0) {
            throw new Killed();
          }
          return Optional.empty();
        });
  }

  private void crash(Random random) {
    spd.unbind(plane);
    store = store.crash(random);
    lives++;
    open();
    begin(Integer.MAX_VALUE, false);
    spd.restore(store);
    writes.clear();
    spd.bind(plane);
    time.settle();
  }

  /** What the tunnel service of this life puts. */
  private Policy holdNow() {
    return new Policy(
        new ChildId(new Owner("tunnels", "t" + lives), "hold/t" + lives, "t"),
        "ipu-1",
        Direction.OUTBOUND,
        PAIR,
        Priorities.HOLD,
        new PolicyAction.Hold());
  }

  @Test
  void protectStaysProtectWhileTheNextLifePutsItsHolds() {
    put(holdNow());
    established("c1", 1);
    crash(new Random(1));
    assertThat(writes).as("nothing was in doubt").isEmpty();
    assertThat(put(holdNow()).done()).isTrue();
    assertThat(writes).isEmpty();
    assertThat(onDevice()).isEqualTo(sa(1));
    established("c2", 2);
    assertThat(onDevice()).isEqualTo(sa(2));
    assertThat(now(spd.remove(child("c1", "t"), TIMEOUT)).done()).isTrue();
    assertThat(writes).hasSize(1);
  }

  @Test
  void aChildThatHadNotTakenOverYetSleepsOn() {
    put(holdNow());
    established("c1", 1);
    put(protecting("c2", "t", PAIR, 2));
    store.sync();
    crash(new Random(1));
    assertThat(onDevice()).isEqualTo(sa(1));
    assertThat(select("c2", "t").done()).isTrue();
    assertThat(onDevice()).isEqualTo(sa(2));
  }

  @Test
  void aPlaneThatRestartedMeanwhileHolds() {
    put(holdNow());
    established("c1", 1);
    store.sync();
    spd.unbind(plane);
    plane.restart();
    crash(new Random(1));
    assertThat(onDevice()).isEqualTo(new PolicyAction.Hold());
    assertThat(select("c1", "t").reason()).contains("restarted");
  }

  /** Killed at any write of a life, before or after the device did it. */
  @Test
  void aCrashAtAnyWriteIsTakenOver() {
    for (int last = 1; last <= 5; last++) {
      for (boolean done : List.of(true, false)) {
        for (int seed = 0; seed < 4; seed++) {
          CrashTest test = new CrashTest();
          test.start();
          test.crashAt(last, done, new Random(seed));
        }
      }
    }
  }

  private void crashAt(int last, boolean done, Random random) {
    begin(last, done);
    spd.restore(store);
    boolean[] held = {false};
    plane.watch(
        change -> {
          held[0] |= onDevice() != null;
          assertThat(!held[0] || onDevice() != null).as("in clear after %s", change).isTrue();
        });
    try {
      put(holdNow());
      established("c1", 1);
      established("c2", 2);
      now(spd.remove(child("c1", "t"), TIMEOUT));
      now(spd.remove(child("c2", "t"), TIMEOUT));
    } catch (Killed | AssertionError e) {
      // as ordered: nobody is there to hear an answer
    }
    PolicyAction before = onDevice();
    crash(random);
    assertThat(put(holdNow()).done()).isTrue();
    // The fourth write is the end of the last child, which goes on.
    if (last < 4 && before instanceof PolicyAction.Protect protect) {
      assertThat(onDevice()).as("%d %s", last, done).isInstanceOf(PolicyAction.Protect.class);
      assertThat(((PolicyAction.Protect) onDevice()).sa().index())
          .isGreaterThanOrEqualTo(protect.sa().index());
    }
    established("c3", 3);
    assertThat(onDevice()).isEqualTo(sa(3));
    plane.watch(change -> {});
    for (String owner : List.of("ike-native", "tunnels")) {
      assertThat(now(spd.flush(owner, Optional.empty(), TIMEOUT))).allMatch(Outcome::gone);
    }
    assertThat(plane.policies).isEmpty();
    assertThat(store.records.keySet()).containsExactly("spd/5:ipu-1/generation");
  }
}
