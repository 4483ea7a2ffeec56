package io.keyway.spd;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, a claimed place is dropped or protected. */
class NeverInClearTest extends SpdBench {

  /**
   * Two tunnels live through a random life: rekeys in any order, failures, lost answers, doubts and
   * restarts. After every single change of the device, a held selector is dropped or protected.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void noIntermediateStateIsClear(long seed) {
    Random random = new Random(seed);
    SelectorPair[] pairs = {PAIR, pair("10.1.0.1", "10.2.0.2")};
    put(holding("t0", pairs[0]));
    put(holding("t1", pairs[1]));
    plane.watch(
        change -> {
          for (SelectorPair pair : pairs) {
            assertThat(plane.actionFor(pair))
                .as("after %s", change)
                .hasValueSatisfying(
                    action -> assertThat(action).isNotInstanceOf(PolicyAction.Bypass.class));
          }
        });
    List<String> children = new ArrayList<>();
    for (int step = 0; step < 400; step++) {
      int tunnel = random.nextInt(2);
      switch (random.nextInt(9)) {
        case 0, 1 -> {
          String uid = tunnel + "-" + step;
          spd.put(protecting(uid, "t" + tunnel, pairs[tunnel], step), TIMEOUT);
          children.add(uid);
        }
        case 2, 3 -> {
          if (!children.isEmpty()) {
            String uid = children.get(random.nextInt(children.size()));
            spd.select(child(uid, "t" + uid.charAt(0)), TIMEOUT);
          }
        }
        case 4, 5 -> {
          if (!children.isEmpty()) {
            String uid = children.remove(random.nextInt(children.size()));
            spd.remove(child(uid, "t" + uid.charAt(0)), TIMEOUT);
          }
        }
        case 6 -> {
          Outcome outcome =
              List.of(
                      Outcome.unknown("lost"),
                      Outcome.full("full"),
                      Outcome.unavailable("busy"),
                      Outcome.refused("no"))
                  .get(random.nextInt(4));
          boolean made = random.nextBoolean();
          plane.lying(c -> made ? Optional.of(Outcome.unknown("lost")) : Optional.empty());
          plane.failing(c -> made ? Optional.empty() : Optional.of(outcome));
        }
        case 7 -> {
          plane.failing(c -> Optional.empty());
          plane.lying(c -> Optional.empty());
          plane.slow(random.nextBoolean());
        }
        default -> {
          if (random.nextInt(10) == 0) {
            plane.doubt();
          }
          if (random.nextBoolean()) {
            plane.answer();
          }
          time.advance(Duration.ofMillis(random.nextInt(3000)));
        }
      }
      if (random.nextBoolean()) {
        time.step();
      } else {
        time.settle();
      }
    }
    plane.failing(c -> Optional.empty());
    plane.lying(c -> Optional.empty());
    plane.slow(false);
    plane.answer();
    children.forEach(uid -> spd.remove(child(uid, "t" + uid.charAt(0)), TIMEOUT));
    time.advance(Duration.ofMinutes(2));
    assertThat(plane.policies.values())
        .hasSize(2)
        .allMatch(put -> put.action() instanceof PolicyAction.Hold);
    assertThat(spd.entries()).hasSize(2).allMatch(SpdService.Entry::programmed);
  }
}
