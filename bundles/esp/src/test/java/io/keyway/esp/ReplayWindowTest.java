package io.keyway.esp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayWindowTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 32, 63, 64, 65, 128, 1000, 4096})
  void acceptsEachNumberOfTheWindowOnce(int size) {
    ReplayWindow window = new ReplayWindow(size, false);
    long top = 10_000;
    window.mark(top);
    for (long s = top - size - 3; s <= top + 3; s++) {
      boolean fresh = s > top || (s != top && top - s < size);
      assertThat(window.accepts(s)).as("sequence %d, window %d", s, size).isEqualTo(fresh);
    }
    for (long s = top - size + 1; s < top; s++) {
      window.mark(s);
    }
    for (long s = top - size - 3; s <= top; s++) {
      assertThat(window.accepts(s)).as("second time %d", s).isFalse();
    }
  }

  @Test
  void refusesNumberZero() {
    assertThat(new ReplayWindow(64, false).accepts(0)).isFalse();
    assertThat(new ReplayWindow(0, false).accepts(0)).isFalse();
    assertThat(new ReplayWindow(64, true).accepts(0)).isFalse();
  }

  @Test
  void sizeZeroAcceptsEverythingAgain() {
    ReplayWindow window = new ReplayWindow(0, false);
    window.mark(100);
    assertThat(window.accepts(100)).isTrue();
    assertThat(window.accepts(1)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4097, Integer.MAX_VALUE})
  void refusesSizesThatItCannotKeep(int size) {
    assertThatThrownBy(() -> new ReplayWindow(size, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
  }

  /** The window against a set that remembers everything. */
  @Property(tries = 300)
  void agreesWithARememberingOracle(
      @ForAll @IntRange(min = 1, max = 4096) int size,
      @ForAll List<@LongRange(min = 0, max = 9_000) Long> arrivals) {
    ReplayWindow window = new ReplayWindow(size, false);
    Set<Long> seen = new HashSet<>();
    long top = 0;
    for (long s : arrivals) {
      boolean expected = s > 0 && !seen.contains(s) && s > top - size;
      assertThat(window.accepts(s)).isEqualTo(expected);
      if (expected) {
        window.mark(s);
        seen.add(s);
        top = Math.max(top, s);
      }
    }
    assertThat(window.top()).isEqualTo(top);
  }

  /** Appendix A: whatever is within the window, or less than 2^32 - size ahead, is found again. */
  @Property(tries = 2000)
  void infersTheHighHalfAroundTheTop(
      @ForAll @IntRange(min = 1, max = 4096) int size,
      @ForAll @LongRange(min = 1, max = 0x7FFF_FFFF_FFFFL) long top,
      @ForAll @LongRange(min = -4095, max = 0xFFFF_F000L) long distance) {
    long sequence = top + distance;
    if (sequence < 1 || distance <= -size) {
      return;
    }
    ReplayWindow window = new ReplayWindow(size, true);
    window.mark(top);
    assertThat(window.infer((int) sequence)).isEqualTo(sequence);
  }

  @Test
  void aPacketFromBeforeTheFirstIsRefused() {
    ReplayWindow window = new ReplayWindow(64, true);
    window.mark(10);
    long inferred = window.infer(0xFFFFFFFF);
    assertThat(inferred >>> 32).as("before the start there is no subspace").isEqualTo(0xFFFFFFFFL);
    assertThat(window.accepts(inferred)).isFalse();
  }

  @Test
  void extendedNumbersCrossThe32BitBoundaryInBothDirections() {
    ReplayWindow window = new ReplayWindow(64, true);
    window.mark(0xFFFFFFF0L);
    assertThat(window.infer(5)).isEqualTo(0x1_0000_0005L);
    window.mark(0x1_0000_0005L);
    assertThat(window.infer(0xFFFFFFF5)).isEqualTo(0xFFFFFFF5L);
    assertThat(window.accepts(0xFFFFFFF5L)).isTrue();
    assertThat(window.accepts(0xFFFFFFF0L)).as("seen before the boundary").isFalse();
  }

  @Test
  void withoutReplayCheckTheHighHalfFollowsTheNearestNumber() {
    ReplayWindow window = new ReplayWindow(0, true);
    window.mark(0x2_C000_0000L);
    assertThat(window.infer(0x10)).isEqualTo(0x3_0000_0010L);
    assertThat(window.infer(0x7FFFFFFF)).isEqualTo(0x2_7FFF_FFFFL);
  }

  @Test
  void aLeapLargerThanTheWindowForgetsTheOldMarks() {
    ReplayWindow window = new ReplayWindow(128, false);
    for (long s = 1; s <= 128; s++) {
      window.mark(s);
    }
    window.mark(1_000_000);
    for (long s = 1_000_000 - 127; s < 1_000_000; s++) {
      assertThat(window.accepts(s)).as("sequence %d", s).isTrue();
    }
  }
}
