package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Collision;
import io.keyway.ike.engine.lab.Collision.Deed;
import io.keyway.ike.engine.lab.Collision.Event;
import io.keyway.ike.engine.lab.Collision.Start;
import io.keyway.ike.engine.lab.Collision.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Long random scripts: both sides do whatever comes to mind, restarts and reboots among it, over a
 * network that loses, doubles and delays. {@code -Dkeyway.long=true} runs many; the seed is the
 * test's argument.
 */
class CollisionSoakTest {
  private static final int DEEDS = 25;

  /** Seeds that once ended with an IKE SA or a pair too many, and are beyond the first ones. */
  private static final int[] FOUND = {
    310, 411, 451, 692, 1472, 1589, 2249, 2423, 2952, 4220, 5272, 7012
  };

  static IntStream seeds() {
    return Boolean.getBoolean("keyway.long")
        ? IntStream.range(0, 2000)
        : IntStream.concat(IntStream.range(0, 60), IntStream.of(FOUND));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverHappenedBothEndAlikeAndCanGoOn(int seed) {
    Random random = new Random(seed * 6151L + 5);
    Collision collision = new Collision(Start.values()[seed % 3], seed);
    int loss = random.nextInt(4) * 10;
    collision.weather(() -> arrivals(random, loss));
    List<String> script = new ArrayList<>();
    for (int i = 0; i < DEEDS; i++) {
      Event event = Event.values()[random.nextInt(Event.values().length)];
      Deed deed = new Deed(event, random.nextBoolean());
      int pause = random.nextInt(3) == 0 ? random.nextInt(9000) : random.nextInt(60);
      script.add(deed + " then " + pause + " ms");
      collision.start(deed).run(Duration.ofMillis(pause));
    }
    assertThat(collision.verdict(Verdict.FORGOTTEN))
        .as("seed %s, loss %s %%: %s", seed, loss, script)
        .isEmpty();
  }

  private static List<Duration> arrivals(Random random, int loss) {
    List<Duration> arrivals = new ArrayList<>();
    do {
      if (random.nextInt(100) >= loss) {
        arrivals.add(Duration.ofMillis(5 + (random.nextInt(4) == 0 ? random.nextInt(200) : 0)));
      }
    } while (random.nextInt(100) < loss);
    return arrivals;
  }
}
