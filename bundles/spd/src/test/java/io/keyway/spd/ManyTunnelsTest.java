package io.keyway.spd;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.testing.FakePlane;
import io.keyway.testing.ManualTime;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of cell sites on one plane: nothing may grow with the square of them. */
class ManyTunnelsTest {

  private static final int SITES = 4_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final ManualTime time = new ManualTime();
  private final FakePlane plane = FakePlane.wide("dpdk");
  private final SpdCore spd =
      new SpdCore(new SpdEnvironment(time, time::schedule, SpdEnvironment.Settings.DEFAULT));

  private static InetAddress site(int number) throws Exception {
    return InetAddress.getByAddress(
        new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
  }

  private static Policy policy(int number, String owner, int priority, PolicyAction action)
      throws Exception {
    SelectorPair pair =
        new SelectorPair(
            TrafficSelector.prefix(InetAddress.getByName("172.16.0.0"), 12),
            TrafficSelector.host(site(number)));
    ChildId child = new ChildId(new Owner(owner, "1"), owner + number, "site-" + number);
    return new Policy(child, "dpdk", Direction.OUTBOUND, pair, priority, action);
  }

  private void allDone(List<CompletableFuture<Outcome>> answers) {
    time.settle();
    assertThat(answers).hasSize(SITES).allMatch(answer -> answer.join().done());
    answers.clear();
  }

  @Test
  @Timeout(180)
  void comeUpRestartAndGo() throws Exception {
    plane.tableSize(2 * SITES);
    spd.bind(plane);
    plane.connect();
    time.settle();
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    for (int i = 0; i < SITES; i++) {
      Policy hold = policy(i, "tunnels", Priorities.HOLD, new PolicyAction.Hold());
      answers.add(spd.put(hold, TIMEOUT).toCompletableFuture());
    }
    allDone(answers);
    List<ChildId> children = new ArrayList<>();
    for (int i = 0; i < SITES; i++) {
      PolicyAction protect =
          new PolicyAction.Protect(
              new SaId("dpdk", Direction.OUTBOUND, new Spi(0x1000 + i), site(i), i),
              IpsecMode.TUNNEL,
              Endpoints.of(InetAddress.getByName("192.0.2.1"), site(i)));
      Policy claim = policy(i, "ike-native", Priorities.PROTECT, protect);
      children.add(claim.child());
      answers.add(spd.put(claim, TIMEOUT).toCompletableFuture());
    }
    allDone(answers);
    children.forEach(child -> answers.add(spd.select(child, TIMEOUT).toCompletableFuture()));
    allDone(answers);
    assertThat(plane.requests.size()).as("writes travel together").isLessThan(200);

    plane.requests.clear();
    plane.restart();
    time.settle();
    assertThat(plane.requests).as("all holds in one request").hasSize(1);
    assertThat(plane.policies).hasSize(SITES);

    children.forEach(child -> answers.add(spd.remove(child, TIMEOUT).toCompletableFuture()));
    allDone(answers);
    assertThat(spd.entries()).hasSize(SITES);
    assertThat(plane.requests).as("the holds stood already").hasSize(1);
  }
}
