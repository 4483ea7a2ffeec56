package io.keyway.spd;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sp.PolicyAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a plane hears that all policies are there. */
class CompletionTest extends SpdBench {

  @Test
  void aPlaneIsToldOnceInEachLifeAndAfterAllPolicies() {
    assertThat(plane.completions).isEmpty();
    put(holding("t0", PAIR));
    put(holding("t1", pair("10.1.0.1", "10.2.0.2")));
    assertThat(plane.completions).containsExactly(plane.generation());
    List<Integer> atCompletion = new ArrayList<>();
    plane.watch(change -> atCompletion.add(plane.completions.size()));
    plane.restart();
    time.settle();
    assertThat(plane.completions).hasSize(2).last().isEqualTo(plane.generation());
    assertThat(atCompletion).hasSize(2).containsOnly(1);
  }

  @Test
  void aHoldThatCannotBeWrittenKeepsBypassOutOfForce() {
    plane.failing(
        change ->
            change instanceof PlaneChange.PutPolicy put && put.action() instanceof PolicyAction.Hold
                ? Optional.of(Outcome.full("no room"))
                : Optional.empty());
    put(holding("t0", PAIR));
    time.settle();
    assertThat(plane.completions).isEmpty();
    plane.failing(change -> Optional.empty());
    time.advance(SpdEnvironment.Settings.DEFAULT.retryMost());
    time.settle();
    assertThat(plane.actionFor(PAIR)).containsInstanceOf(PolicyAction.Hold.class);
    assertThat(plane.completions).hasSize(1);
  }
}
