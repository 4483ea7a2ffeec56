package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.sa.Usage;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.it.kit.stack.Threads;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A controller that is killed and started again while its device goes on. */
@Timeout(180)
class CrashIT extends OneTunnel {

  private static void awaitPair(Site site, String otherThan) {
    Await.until(
        "a new pair alone at " + site.name,
        Site.SOON,
        () ->
            site.sad.entries().size() == 2
                && site.shows(
                    "t",
                    s ->
                        s.phase() == Phase.UP
                            && s.children().stream().noneMatch(c -> c.uid().equals(otherThan))),
        () -> site.sad.entries() + " " + site.tunnels.statuses());
  }

  private static void awaitMore(Traffic traffic) {
    int sent = traffic.sent();
    Await.until("traffic", CALL, () -> traffic.sent() > sent + 100, traffic::sent);
  }

  @Test
  void trafficGoesOnWhileItIsDownAndUnderNewKeysWhenItIsBack() throws Exception {
    bringUp();
    String firstA = childOf(a).uid();
    String firstB = childOf(b).uid();
    long generation = a.plane.generation().number();
    try (Traffic there = new Traffic(a, b, HOST_A, HOST_B);
        Traffic back = new Traffic(b, a, HOST_B, HOST_A);
        Watch watchA = new Watch(a);
        Watch watchB = new Watch(b)) {
      awaitMore(there);
      Site.Restart restart = a.kill();
      awaitMore(there);
      awaitMore(back);
      a = restart.start();
      a.awaitReady();
      assertThat(a.plane.generation().number()).as("the device lived on").isEqualTo(generation);
      assertThat(a.plane.status().drift()).hasValue(0);
      assertThat(a.sad.entries()).hasSize(2).allMatch(e -> e.state().equals("installed"));
      configA.apply(a, tunnelA);
      awaitPair(a, firstA);
      awaitPair(b, firstB);
      awaitMore(there);
      awaitMore(back);
      for (Traffic traffic : List.of(there, back)) {
        assertThat(traffic.kindsSince(0)).containsExactly(Verdict.Kind.PROTECTED);
      }
      assertThat(watchA.stop()).isEmpty();
      assertThat(watchB.stop()).isEmpty();
      assertThat(there.stopAndFindLost()).as("from the one that was killed").isEmpty();
      assertThat(back.stopAndFindLost()).as("to the one that was killed").isEmpty();
    }
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void theOneThatAnswersMayBeKilledAsWell() throws Exception {
    bringUp();
    String firstA = childOf(a).uid();
    String firstB = childOf(b).uid();
    configB =
        new Config(
            B, A, configB.localPort(), configB.remotePort(), StartAction.START, b.plane.name());
    try (Traffic there = new Traffic(a, b, HOST_A, HOST_B);
        Traffic back = new Traffic(b, a, HOST_B, HOST_A);
        Watch watchA = new Watch(a);
        Watch watchB = new Watch(b)) {
      awaitMore(there);
      Site.Restart restart = b.kill();
      awaitMore(there);
      b = restart.start();
      b.awaitReady();
      configB.apply(b, tunnelB);
      awaitPair(b, firstB);
      awaitPair(a, firstA);
      awaitMore(there);
      awaitMore(back);
      for (Traffic traffic : List.of(there, back)) {
        assertThat(traffic.kindsSince(0)).containsExactly(Verdict.Kind.PROTECTED);
      }
      assertThat(watchA.stop()).isEmpty();
      assertThat(watchB.stop()).isEmpty();
      assertThat(there.stopAndFindLost()).isEmpty();
      assertThat(back.stopAndFindLost()).isEmpty();
    }
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void theCountersOfATunnelGoOnAndCountNothingTwice() throws Exception {
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    send(3, Verdict.Kind.HELD);
    awaitCounted(0, 3);
    configB.apply(b, tunnelB);
    b.awaitHeld("t");
    a.awaitPhase("t", Phase.UP);
    b.awaitPhase("t", Phase.UP);
    String first = childOf(a).uid();
    send(20, Verdict.Kind.PROTECTED);
    awaitCounted(20, 3);
    Site.Restart restart = a.kill();
    send(5, Verdict.Kind.PROTECTED);
    a = restart.start();
    a.awaitReady();
    configA.apply(a, tunnelA);
    awaitPair(a, first);
    awaitCounted(25, 3);
    assertThat(a.tunnels.rekey("t", CALL).toCompletableFuture().get().outcome().done()).isTrue();
    send(10, Verdict.Kind.PROTECTED);
    awaitCounted(35, 3);
    restart = a.kill();
    a = restart.start();
    a.awaitReady();
    configA.apply(a, tunnelA);
    a.awaitPhase("t", Phase.UP);
    awaitCounted(35, 3);
    assertThat(a.status("t").inbound()).isEqualTo(Usage.ABSENT);
  }

  private void send(int packets, Verdict.Kind expected) {
    for (int i = 0; i < packets; i++) {
      assertThat(Traffic.send(a, HOST_A, HOST_B, "counted").kind()).isEqualTo(expected);
    }
  }

  /** That many, and after two more looks at the device still as many. */
  private void awaitCounted(long sent, long held) throws InterruptedException {
    Await.until(
        sent + " sent and " + held + " held",
        Site.SOON,
        () -> counted(sent, held),
        () -> a.status("t") + "");
    Thread.sleep(2500);
    assertThat(counted(sent, held)).as(a.status("t").toString()).isTrue();
  }

  private boolean counted(long sent, long held) {
    return a.shows(
        "t",
        status ->
            status.outbound().packets().orElse(0) == sent
                && status.heldTraffic().packets().orElse(0) == held);
  }

  @Test
  void aTunnelThatWasRemovedMeanwhileGoesAtOnce() throws Exception {
    bringUp();
    Site.Restart restart = a.kill();
    assertThat(a.contents()).isNotEmpty();
    a = restart.start();
    a.awaitReady();
    // The configuration as the restarted datastore has it: without the tunnel, and so with none.
    configA.apply(a);
    awaitNothingLeft(a);
    assertThat(Traffic.send(a, HOST_A, HOST_B, "clear").kind()).isEqualTo(Verdict.Kind.CLEAR);
  }

  @Test
  void aTunnelThatIsRemovedBeforeItIsUpAgainGoesAtOnce() throws Exception {
    bringUp();
    Site.Restart restart = a.kill();
    Site.Restart peer = b.kill();
    a = restart.start();
    a.awaitReady();
    configA.apply(a, tunnelA);
    // Nobody answers, so what the earlier life left carries on.
    a.await("t", "leftovers", Site.SOON, s -> s.reason().contains("earlier"));
    assertThat(Traffic.send(a, HOST_A, HOST_B, "still").kind()).isEqualTo(Verdict.Kind.PROTECTED);
    configA.apply(a);
    awaitNothingLeft(a);
    b = peer.start();
    b.awaitReady();
    configB.apply(b);
    awaitNothingLeft(b);
  }

  @Test
  void aDeviceThatRestartedMeanwhileHoldsFirst() throws Exception {
    bringUp();
    long generation = a.plane.generation().number();
    Site.Restart restart = a.kill();
    a.device.restart(true, 0);
    a = restart.start();
    configA.apply(a, tunnelA);
    a.awaitReady();
    try (Traffic there = new Traffic(a, b, HOST_A, HOST_B)) {
      awaitMore(there);
      a.awaitPhase("t", Phase.UP);
      awaitMore(there);
      assertThat(there.clearAfterHeld(0)).isEmpty();
      assertThat(there.count(Verdict.Kind.PROTECTED)).isPositive();
    }
    assertThat(a.plane.generation().number()).isNotEqualTo(generation);
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void anOrderlyStopAndStartIsNoDifferent() throws Exception {
    bringUp();
    String first = childOf(a).uid();
    try (Traffic there = new Traffic(a, b, HOST_A, HOST_B)) {
      awaitMore(there);
      Site.Restart restart = a.end();
      a = restart.start();
      a.awaitReady();
      configA.apply(a, tunnelA);
      awaitPair(a, first);
      awaitMore(there);
      assertThat(there.kindsSince(0)).containsExactly(Verdict.Kind.PROTECTED);
      assertThat(there.stopAndFindLost()).isEmpty();
    }
    assertNoKeyTwice();
    removeEverywhere();
  }

  /** Killed at moments that chance picks, while it comes up, rekeys or ends its tunnel. */
  @Test
  void killedAgainAndAgainWhateverItDoes() throws Exception {
    bringUp();
    Random random = new Random(20);
    try (Traffic there = new Traffic(a, b, HOST_A, HOST_B)) {
      for (int round = 0; round < 5; round++) {
        if (random.nextBoolean()) {
          a.tunnels.rekey("t", CALL);
        }
        Threads.pause(random.nextInt(400));
        Site.Restart restart = a.kill();
        a = restart.start();
        configA.apply(a, tunnelA);
        if (random.nextBoolean()) {
          a.awaitPhase("t", Phase.UP);
        }
      }
      a.awaitPhase("t", Phase.UP);
      awaitMore(there);
      assertThat(there.kindsSince(0)).doesNotContain(Verdict.Kind.CLEAR, Verdict.Kind.DROPPED);
    }
    assertNoKeyTwice();
    removeEverywhere();
  }
}
