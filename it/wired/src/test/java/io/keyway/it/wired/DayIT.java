package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A day in the life of two sites with 400 tunnels: as many as tables of 1024 rows carry when each
 * tunnel takes two rows of tx classification and every rekey needs room for two pairs at once.
 */
@Timeout(240)
class DayIT extends ManyTunnels {

  DayIT() {
    super(20, 20);
  }

  @Test
  void fourHundredTunnelsOutliveARestartOfTheirDevice() throws Exception {
    Clock clock = new Clock();
    fleet.configure();
    fleet.awaitUp(LIMIT);
    clock.tell("400 tunnels up");
    assertThat(a.contents())
        .containsEntry(LinuxNetworking.TX_SA_CLASSIFICATION, 800)
        .containsEntry(LinuxNetworking.SPD, 400)
        .containsEntry(LinuxNetworking.TUNNEL_ENCAP_MOD, 400)
        .containsEntry(LinuxNetworking.TUNNEL_TERM, gateways)
        .containsEntry("SAD", 800);
    Map<String, String> before = Fleet.children(a);
    Set<String> ikeSas = Fleet.ikeSas(a);
    assertThat(ikeSas).hasSize(gateways);

    try (IkeCount ike = new IkeCount(a.transport);
        Streams out = new Streams(a, b, fleet.size(), 2000, Fleet::hostA, Fleet::hostB)) {
      Await.until("traffic", Site.SOON, () -> out.sent() > 2 * fleet.size(), out::sent);
      assertThat(out.kindsSince(0)).containsOnlyKeys(Verdict.Kind.PROTECTED);

      int restart = out.sent();
      a.device.restart(true, 0);
      Await.until(
          "all are held, or have other keys already",
          Site.SOON,
          () ->
              a.tunnels.statuses().stream()
                  .allMatch(t -> t.held() || hasOtherKeys(t, before.get(t.name()))),
          () -> Fleet.summary(a));
      final long held = System.nanoTime();
      clock.tell("all are held after the restart");
      Await.until(
          "all have other keys and are up",
          LIMIT,
          () -> {
            Map<String, String> now = new HashMap<>(Fleet.children(a));
            now.entrySet().removeIf(e -> e.getValue().equals(before.get(e.getKey())));
            return now.size() == fleet.size() && Fleet.up(a) == fleet.size();
          },
          () -> Fleet.summary(a));
      clock.tell("all are back");
      int back = out.sent();
      Await.until("traffic", Site.SOON, () -> out.sent() > back + 2 * fleet.size(), out::sent);
      assertThat(out.kindsSince(back)).containsOnlyKeys(Verdict.Kind.PROTECTED);

      var clear = out.all(Verdict.Kind.CLEAR);
      System.out.println(
          "in clear between the new pipeline and the first acknowledged hold: "
              + clear.size()
              + " of "
              + (back - restart)
              + " packets"
              + (clear.isEmpty()
                  ? ""
                  : ", for "
                      + (clear.get(clear.size() - 1).after() - clear.get(0).before()) / 1_000_000
                      + " ms"));
      assertThat(clear).as("sent after Keyway said held").noneMatch(s -> s.before() > held);
      assertThat(out.clearAgain()).as("no tunnel twice").isEmpty();
      assertThat(ike.inits()).as("IKE_SA_INIT").isZero();
      assertThat(ike.others()).isGreaterThan(fleet.size());
    }
    assertThat(Fleet.ikeSas(a)).isEqualTo(ikeSas);
    fleet.awaitOnePairEach(Duration.ofSeconds(30));
    assertThat(fleet.keysTwice()).isZero();
    assertThat(a.count(Counter.OUTBOUND_KEY_INSTALLS)).isEqualTo(2L * fleet.size());
    clock.tell("old pairs are gone");

    fleet.removeEverything(Duration.ofSeconds(30));
    clock.tell("everything is removed");
  }

  @Test
  void fourHundredTunnelsOutliveTheirControllerBeingKilled() throws Exception {
    Clock clock = new Clock();
    fleet.configure();
    fleet.awaitUp(LIMIT);
    fleet.awaitOnePairEach(Duration.ofSeconds(30));
    clock.tell("400 tunnels up");
    Map<String, String> before = Fleet.children(a);
    long generation = a.plane.generation().number();

    try (Streams out = new Streams(a, b, fleet.size(), 2000, Fleet::hostA, Fleet::hostB);
        Streams home = new Streams(b, a, fleet.size(), 500, Fleet::hostB, Fleet::hostA);
        Watch watch = new Watch(a, fleet.size());
        Watch peers = new Watch(b, fleet.size());
        Downs downs = new Downs(b)) {
      Await.until("traffic", Site.SOON, () -> out.sent() > 2 * fleet.size(), out::sent);
      Site.Restart restart = a.kill();
      int down = out.sent();
      Await.until("traffic", Site.SOON, () -> out.sent() > down + 2 * fleet.size(), out::sent);
      a = restart.start();
      fleet = fleet.with(a);
      a.awaitReady();
      assertThat(a.plane.generation().number()).as("the device lived on").isEqualTo(generation);
      assertThat(a.sad.entries()).hasSize(2 * fleet.size());
      clock.tell("killed, started again, and what is on the device is known");
      fleet.configureA(fleet.size());
      Await.until(
          "all have other keys and are up",
          LIMIT,
          () -> {
            Map<String, String> now = new HashMap<>(Fleet.children(a));
            now.entrySet().removeIf(e -> e.getValue().equals(before.get(e.getKey())));
            return now.size() == fleet.size() && Fleet.up(a) == fleet.size();
          },
          () -> Fleet.summary(a));
      clock.tell("all are re-established");
      fleet.awaitOnePairEach(Duration.ofSeconds(30));
      int back = out.sent();
      Await.until("traffic", Site.SOON, () -> out.sent() > back + 2 * fleet.size(), out::sent);
      assertThat(out.kindsSince(0)).containsOnlyKeys(Verdict.Kind.PROTECTED);
      assertThat(watch.stop()).as("rows and SAs of the one that was killed").isEmpty();
      assertThat(peers.stop()).as("rows and SAs of the peer").isEmpty();
      assertThat(downs.seen()).as("tunnels of the peer that went down").isEmpty();
      assertThat(home.kindsSince(0)).containsOnlyKeys(Verdict.Kind.PROTECTED);
      assertThat(out.stopAndFindLost()).as("lost from the one that was killed").isEmpty();
      assertThat(home.stopAndFindLost()).as("lost to the one that was killed").isEmpty();
    }
    assertThat(fleet.keysTwice()).isZero();
    clock.tell("old pairs are gone");

    fleet.removeEverything(Duration.ofSeconds(30));
    clock.tell("everything is removed");
  }

  private static boolean hasOtherKeys(TunnelStatus tunnel, String childBefore) {
    return tunnel.phase() == TunnelStatus.Phase.UP
        && tunnel.children().stream().noneMatch(child -> child.uid().equals(childBefore));
  }

  /** Says how long each part took. */
  private static final class Clock {
    private long last = System.nanoTime();

    void tell(String what) {
      long now = System.nanoTime();
      System.out.println(what + ": " + (now - last) / 1_000_000 + " ms");
      last = now;
    }
  }
}
