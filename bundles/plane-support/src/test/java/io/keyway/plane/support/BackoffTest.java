package io.keyway.plane.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How long a device that is not there is left alone. */
class BackoffTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  /** The spread is half to one and a half; this generator takes the middle. */
  private final RandomGenerator middle =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return Long.MIN_VALUE;
        }

        @Override
        public double nextDouble() {
          return 0.5;
        }
      };

  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), middle, () -> now);

  private long[] pauses(int count) {
    long[] all = new long[count];
    for (int i = 0; i < count; i++) {
      all[i] = backoff.next().toMillis();
    }
    return all;
  }

  @Test
  void pausesDoubleUpToTheLimitAfterTheFirstWhichIsNone() {
    assertThat(pauses(10)).containsExactly(0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000);
    backoff.reset();
    assertThat(pauses(3)).containsExactly(0, 100, 200);
  }

  @Test
  void whatWasReadyIsLookedForEverySecondForThreeMinutes() {
    backoff.ready();
    assertThat(pauses(8)).containsExactly(0, 100, 200, 400, 800, 1000, 1000, 1000);
    now = now.plusSeconds(181);
    assertThat(pauses(1)).containsExactly(10000);
    backoff.ready();
    assertThat(pauses(1)).containsExactly(1000);
  }

  @Test
  void noTwoComeBackInStep() {
    Backoff spread =
        new Backoff(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            RandomGenerator.of("L64X128MixRandom"),
            () -> now);
    assertThat(spread.next()).isZero();
    List<Long> pauses = Stream.generate(() -> spread.next().toMillis()).limit(1000).toList();
    assertThat(pauses).allMatch(pause -> pause >= 500 && pause <= 1500);
    // By chance, 630 of them differ.
    assertThat(Set.copyOf(pauses)).hasSizeGreaterThan(400);
  }
}
