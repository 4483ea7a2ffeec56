package io.keyway.plane.infrap4d.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.protocol.p4runtime.Uint128;
import java.math.BigInteger;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Who leads, by ids alone. */
class ElectionTest {

  private static final Instant START = Instant.parse("2026-11-22T00:00:00Z");

  private static Election election(int priority, int secondsLater) {
    return new Election(priority, START.plusSeconds(secondsLater));
  }

  private static BigInteger number(Uint128 id) {
    return new BigInteger(Long.toUnsignedString(id.getHigh()))
        .shiftLeft(64)
        .add(new BigInteger(Long.toUnsignedString(id.getLow())));
  }

  @Test
  void priorityCountsBeforeTheStartAndTheEarlierStartBeforeTheLater() {
    assertThat(number(election(2, 100).id(0))).isGreaterThan(number(election(1, 0).id(5)));
    assertThat(number(election(1, 0).id(0))).isGreaterThan(number(election(1, 1).id(999)));
    assertThat(number(election(1, 0).id(1))).isGreaterThan(number(election(1, 0).id(0)));
  }

  @Test
  void aStandbyLeavesALeaderAloneThatIsToLead() {
    Uint128 leader = election(1, 0).id(0);
    assertThat(election(1, 5).against(leader, false, 0)).isEmpty();
    assertThat(election(1, 5).against(election(3, 9).id(0), false, 0)).isEmpty();
  }

  @Test
  void whenNobodyLeadsAStandbyGoesAboveAndTheReturningFormerLeaderLeavesIt() {
    Election former = election(1, 0);
    Election standby = election(1, 5);
    Uint128 mine = standby.against(former.id(0), true, 0).orElseThrow();
    assertThat(number(mine)).isGreaterThan(number(former.id(0)));
    assertThat(election(1, 60).against(mine, false, 0)).as("restarted, so later").isEmpty();
    assertThat(number(standby.id(1)))
        .as("remembered for its next stream")
        .isGreaterThan(number(mine));
  }

  @Test
  void aHigherPriorityTakesTheLeadBackInWhateverEpoch() {
    Election low = election(1, 0);
    Uint128 leading = low.against(election(5, 0).id(0), true, 0).orElseThrow();
    Uint128 claim = election(5, 60).against(leading, false, 0).orElseThrow();
    assertThat(number(claim)).isGreaterThan(number(leading));
    assertThat(low.against(claim, false, 1)).isEmpty();
  }

  @Test
  void ofTwoStandbysTheOneWithTheHigherPriorityWinsWhoeverIsFaster() {
    Uint128 gone = election(9, 0).id(0);
    Election low = election(1, 1);
    Election high = election(2, 2);
    Uint128 fast = low.against(gone, true, 0).orElseThrow();
    Uint128 slow = high.against(gone, true, 0).orElseThrow();
    assertThat(number(slow)).isGreaterThan(number(fast));
    assertThat(low.against(slow, false, 0)).isEmpty();
  }

  @Test
  void aControllerThatCountsOtherwiseIsFollowedWhenItHasGone() {
    Uint128 other = Uint128.newBuilder().setHigh(-1L).setLow(7).build();
    assertThat(election(1, 0).against(other, false, 0)).isEmpty();
    assertThat(number(election(1, 0).against(other, true, 0).orElseThrow()))
        .isGreaterThan(number(other));
  }
}
