package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tunnel between two sites, from configuration to packets and back. */
@Timeout(120)
class WiredIT extends OneTunnel {

  @Test
  void comesUpEncryptsIsRekeyedAndLeavesNothing() throws Exception {
    assertThat(fromA().kind()).as("nothing is configured").isEqualTo(Verdict.Kind.CLEAR);
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      configB.apply(b, tunnelB);
      a.awaitPhase("t", Phase.UP);
      b.awaitPhase("t", Phase.UP);
      ChildSaStatus first = childOf(a);
      assertThat(first.proposal()).contains("aes256gcm16");
      assertThat(first.spiOut()).isEqualTo(childOf(b).spiIn().orElseThrow().spi().value());

      int sent = traffic.sent();
      Await.until("traffic", CALL, () -> traffic.sent() > sent + 50, traffic::sent);
      assertThat(a.tunnels.rekey("t", CALL).toCompletableFuture().get(20, TimeUnit.SECONDS))
          .satisfies(result -> assertThat(result.outcome().done()).isTrue());
      Await.until(
          "another child on both sides",
          CALL,
          () ->
              a.status("t").rekeys() == 1
                  && b.status("t").rekeys() == 1
                  && !childOf(a).uid().equals(first.uid()),
          () -> a.status("t") + " " + b.status("t"));
      assertThat(b.tunnels.rekey("t", CALL).toCompletableFuture().get(20, TimeUnit.SECONDS))
          .satisfies(result -> assertThat(result.outcome().done()).isTrue());
      // The old inbound SA lingers for five seconds.
      Await.until(
          "one pair on each side",
          Site.SOON,
          () -> a.sad.entries().size() == 2 && b.sad.entries().size() == 2,
          () -> a.sad.entries() + " " + b.sad.entries());
      int after = traffic.sent();
      Await.until("traffic", CALL, () -> traffic.sent() > after + 50, traffic::sent);

      assertThat(traffic.kindsSince(sent)).containsExactly(Verdict.Kind.PROTECTED);
      assertThat(traffic.kindsSince(0)).doesNotContain(Verdict.Kind.CLEAR);
      assertThat(traffic.stopAndFindLost()).isEmpty();
    }
    assertThat(b.count(Counter.INTEGRITY_FAILURES)).isZero();
    assertThat(b.count(Counter.REPLAYED_PACKETS)).isZero();
    Await.until(
        "counters",
        CALL,
        () -> a.status("t").outbound().packets().orElse(0) > 100,
        () -> a.status("t"));
    assertThat(a.status("t").inbound().packets()).as("not counted by this plane").isEmpty();
    assertNoKeyTwice();

    removeEverywhere();
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.CLEAR);
  }

  @Test
  void ikeSaIsRekeyedAndTheChildLivesOn() throws Exception {
    bringUp();
    ChildSaStatus child = childOf(a);
    IkeSaStatus before = a.engine.snapshot().get(0);
    assertThat(
            a.engine
                .rekey(new io.keyway.api.ike.IkeEngine.Selection.IkeUid(before.uid()), CALL)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .outcome()
                .done())
        .isTrue();
    Await.until(
        "other IKE SPIs",
        CALL,
        () ->
            a.engine.snapshot().stream()
                .anyMatch(
                    sa ->
                        sa.uid().equals(before.uid())
                            && sa.state().equals("ESTABLISHED")
                            && sa.initiatorSpi() != before.initiatorSpi()),
        () -> a.engine.snapshot());
    assertThat(childOf(a).uid()).isEqualTo(child.uid());
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    assertThat(fromB().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    removeEverywhere();
  }

  @Test
  void peerThatDeletesLeavesTheOtherSideHeldAndItComesBack() throws Exception {
    bringUp();
    b.tunnels.terminate("t", CALL).toCompletableFuture().get(20, TimeUnit.SECONDS);
    Await.until(
        "b is down", CALL, () -> b.sad.entries().isEmpty(), () -> b.sad.entries().toString());
    assertThat(fromB().kind()).isIn(Verdict.Kind.HELD, Verdict.Kind.PROTECTED);
    // a has start-action start, so it comes again, and b lets it.
    Await.until(
        "a is up again",
        Site.SOON,
        () -> up(a) && up(b),
        () -> a.status("t") + " " + b.status("t"));
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void wrongKeyIsNamedAndTheTrafficIsHeld() {
    b.psk.change("another one");
    configB.apply(b, tunnelB);
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    a.awaitReason("t", "auth");
    assertThat(a.status("t").phase()).isIn(Phase.DOWN, Phase.CONNECTING);
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.HELD);
    assertThat(a.device.device().sas()).isEmpty();
    b.psk.change("the same on both sides");
    a.await("t", "up", Duration.ofSeconds(60), status -> status.phase() == Phase.UP);
    removeEverywhere();
  }

  @Test
  void everyPartCanBeReplacedWhileTheTunnelCarriesTraffic() throws Exception {
    bringUp();
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      var rows = a.contents();
      a.stopSad();
      a.awaitReason("t", "sad");
      assertThat(a.contents()).isEqualTo(rows);
      a.startSad();
      a.awaitPhase("t", Phase.UP);

      a.stopSpd();
      a.awaitReason("t", "spd");
      assertThat(a.contents()).isEqualTo(rows);
      a.startSpd();
      a.awaitPhase("t", Phase.UP);
      assertThat(a.contents()).isEqualTo(rows);
      assertThat(traffic.kindsSince(0)).containsExactly(Verdict.Kind.PROTECTED);
      assertThat(a.tunnels.rekey("t", CALL).toCompletableFuture().get(20, TimeUnit.SECONDS))
          .satisfies(result -> assertThat(result.outcome().done()).isTrue());

      Await.until("one pair", Site.SOON, () -> a.sad.entries().size() == 2, () -> a.sad.entries());
      rows = a.contents();
      a.stopEngine();
      a.awaitReason("t", "waiting for an IKE engine");
      assertThat(a.contents()).isEqualTo(rows);
      assertThat(traffic.kindsSince(0)).containsExactly(Verdict.Kind.PROTECTED);
      a.startEngine();
      a.awaitPhase("t", Phase.UP);
      Await.until(
          "only the new pair on both sides",
          Duration.ofSeconds(40),
          () -> a.sad.entries().size() == 2 && b.sad.entries().size() == 2,
          () -> a.sad.entries() + " " + b.sad.entries());
      assertThat(traffic.kindsSince(0)).isSubsetOf(Set.of(Verdict.Kind.PROTECTED));
    }
    assertNoKeyTwice();
    removeEverywhere();
  }

  @Test
  void tunnelCanBeRemovedWhileTheEngineIsAway() {
    bringUp();
    a.stopEngine();
    configA.apply(a);
    Await.until(
        "nothing is left",
        Site.SOON,
        () -> a.contents().isEmpty() && a.sad.entries().isEmpty() && a.spd.entries().isEmpty(),
        () -> a.contents() + " " + a.sad.entries() + " " + a.spd.entries());
    a.startEngine();
    configB.apply(b);
  }

  @Test
  void selectorsThatBecomeImpossibleKeepWhatWasProtectedHeld() {
    bringUp();
    Tunnel subnet =
        configA.tunnel(
            "t",
            io.keyway.api.ts.TrafficSelector.host(Config.address(HOST_A)),
            io.keyway.api.ts.TrafficSelector.prefix(Config.address("10.2.0.0"), 24));
    try (Traffic traffic = new Traffic(a, b, HOST_A, HOST_B)) {
      configA.apply(a, subnet);
      a.awaitPhase("t", Phase.INVALID);
      assertThat(a.status("t").reason()).contains("10.2.0.0/24");
      Await.until(
          "held", Site.SOON, () -> fromA().kind() == Verdict.Kind.HELD, () -> a.spd.entries());
      assertThat(traffic.kindsSince(0)).doesNotContain(Verdict.Kind.CLEAR);
    }
    configA.apply(a, tunnelA);
    a.awaitPhase("t", Phase.UP);
    removeEverywhere();
  }

  @Test
  void mistakeInOneTunnelDoesNotDisturbAnother() {
    bringUp();
    String child = childOf(a).uid();
    Tunnel wide =
        configA.tunnel(
            "wide",
            io.keyway.api.ts.TrafficSelector.host(Config.address(HOST_A)),
            io.keyway.api.ts.TrafficSelector.prefix(Config.address("10.2.0.0"), 28));
    Tunnel same = configA.tunnel("same", HOST_A, HOST_B);
    configA.apply(a, tunnelA, wide, same);
    a.awaitPhase("wide", Phase.INVALID);
    a.awaitPhase("same", Phase.INVALID);
    assertThat(a.status("same").reason()).contains("'t'");
    assertThat(a.status("wide").reason()).contains("10.2.0.0/28");
    assertThat(childOf(a).uid()).isEqualTo(child);
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.PROTECTED);
    Await.until(
        "its other hosts are held",
        Site.SOON,
        () -> Traffic.send(a, HOST_A, "10.2.0.9", "x").kind() == Verdict.Kind.HELD,
        () -> a.spd.entries());
    removeEverywhere();
  }

  @Test
  void holdOfATunnelIsAHold() {
    configA.apply(a, tunnelA);
    a.awaitHeld("t");
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.HELD);
    assertThat(a.spd.entries())
        .allMatch(entry -> entry.policy().action() instanceof PolicyAction.Hold)
        .allMatch(entry -> entry.programmed());
    removeEverywhere();
    assertThat(fromA().kind()).isEqualTo(Verdict.Kind.CLEAR);
  }
}
