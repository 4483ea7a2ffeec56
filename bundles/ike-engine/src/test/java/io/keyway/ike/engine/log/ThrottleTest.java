package io.keyway.ike.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.VirtualTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThrottleTest {

  @Test
  void soManyASecondAndTheRestIsCounted() {
    VirtualTime time = new VirtualTime();
    Throttle throttle = new Throttle(time, 5);
    assertThat(IntStream.range(0, 12).filter(i -> throttle.allows()).count()).isEqualTo(5);
    assertThat(throttle.takeSuppressed()).isEqualTo(7);
    time.run(Duration.ofSeconds(1));
    assertThat(throttle.allows()).isTrue();
    assertThat(throttle.takeSuppressed()).isZero();
  }
}
