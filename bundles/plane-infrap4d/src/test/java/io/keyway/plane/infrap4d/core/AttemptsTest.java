package io.keyway.plane.infrap4d.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.settings.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pauses between attempts to make contact. */
class AttemptsTest {

  private final ManualExecutor time = new ManualExecutor();

  private Attempts attempts(long seed) {
    return new Attempts(Timing.DEFAULT, time.clock(), new Random(seed));
  }

  private static List<Duration> pauses(Attempts attempts, int count) {
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pauses.add(attempts.pause(Kind.UNREACHABLE));
    }
    return pauses;
  }

  @Test
  void theFirstComesAtOnceThenPausesDoubleUpToTheLimitEachSpreadOverHalfToOneAndAHalf() {
    List<Duration> pauses = pauses(attempts(1), 12);
    assertThat(pauses.get(0)).isZero();
    long expected = Timing.DEFAULT.backoffFirst().toMillis();
    for (Duration pause : pauses.subList(1, 12)) {
      assertThat(pause.toMillis()).isBetween(expected / 2, expected * 3 / 2);
      expected = Math.min(2 * expected, Timing.DEFAULT.backoffMax().toMillis());
    }
    assertThat(pauses.get(11)).isGreaterThanOrEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void planesThatLostTheirDevicesTogetherDoNotComeBackInStep() {
    assertThat(pauses(attempts(1), 8).subList(1, 8))
        .doesNotContainAnyElementsOf(pauses(attempts(977), 8).subList(1, 8));
  }

  @Test
  void afterALossTheyStayShortAndAContactThatLastedBeginsAnew() {
    Attempts attempts = attempts(3);
    pauses(attempts, 12);
    attempts.connected();
    attempts.ready();
    time.advance(5_000);
    assertThat(attempts.pause(Kind.UNREACHABLE)).isZero();
    assertThat(pauses(attempts, 10)).allMatch(p -> p.toMillis() <= 1_500);
  }

  @Test
  void pingsThatInfrap4dWouldNotBearAreRefused() {
    Timing t = Timing.DEFAULT;
    assertThat(t.keepAlive()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Timing(
                    t.rpc(),
                    t.audit(),
                    t.probe(),
                    t.backoffFirst(),
                    t.backoffMax(),
                    Duration.ofMillis(9_999)))
        .withMessageContaining("10 s");
  }
}
