package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every child is rekeyed at once, under numbered traffic in both directions. */
@Timeout(120)
class StormIT extends ManyTunnels {

  private static final int FULL = 1024;

  StormIT() {
    super(8, 15);
  }

  @BeforeEach
  void bringUp() {
    fleet.configure();
    fleet.awaitUp(LIMIT);
  }

  @Test
  void noPacketIsLostWhenTheInitiatorRekeysEveryChild() throws Exception {
    storm(List.of(a));
  }

  @Test
  void noPacketIsLostWhenTheResponderRekeysEveryChild() throws Exception {
    storm(List.of(b));
  }

  @Test
  void noPacketIsLostWhenBothRekeyEveryChildAtTheSameMoment() throws Exception {
    storm(List.of(a, b));
    assertThat(collisions(a) + collisions(b)).as("rekeys that met").isPositive();
  }

  @Test
  void everyRekeyWaitsForItsRowsWhenAnotherControllerLeavesRoomForFewPairs() throws Exception {
    String table = LinuxNetworking.TUNNEL_ENCAP_MOD;
    a.device.device().fill(table, 3);
    // Rows of others are seen when the tables are read back.
    a.plane.reconcile("check", LIMIT).toCompletableFuture().get(20, TimeUnit.SECONDS);
    storm(List.of(a), Map.of(table, FULL - 3 - fleet.size()));
    assertThat(a.engine.counters().getOrDefault("child-rekey-failures", 0L))
        .as("rekeys that found no room")
        .isZero();
  }

  private static long collisions(Site site) {
    return site.engine.counters().getOrDefault("child-rekey-collisions", 0L);
  }

  private void storm(List<Site> rekeying) throws Exception {
    storm(rekeying, Map.of());
  }

  /**
   * @param others rows of others on the device of site a, by table, which stay
   */
  private void storm(List<Site> rekeying, Map<String, Integer> others) throws Exception {
    Map<String, String> before = Fleet.children(a);
    try (Streams there = new Streams(a, b, fleet.size(), 1200, Fleet::hostA, Fleet::hostB);
        Streams back = new Streams(b, a, fleet.size(), 1200, Fleet::hostB, Fleet::hostA)) {
      List<CompletableFuture<ChildResult>> results = new ArrayList<>();
      for (int n = 0; n < fleet.size(); n++) {
        for (Site site : rekeying) {
          results.add(site.tunnels.rekey(Fleet.tunnelName(n), LIMIT).toCompletableFuture());
        }
      }
      for (CompletableFuture<ChildResult> result : results) {
        result.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      fleet.awaitOnePairEach(LIMIT);
      int settled = there.sent();
      Await.until("traffic", LIMIT, () -> there.sent() > settled + fleet.size(), there::sent);

      assertThat(there.kindsSince(0)).containsOnlyKeys(Verdict.Kind.PROTECTED);
      assertThat(back.kindsSince(0)).containsOnlyKeys(Verdict.Kind.PROTECTED);
      assertThat(there.stopAndFindLost()).as("lost from a to b").isEmpty();
      assertThat(back.stopAndFindLost()).as("lost from b to a").isEmpty();
    }
    assertThat(Fleet.children(a)).hasSize(fleet.size());
    assertThat(Fleet.children(a).entrySet())
        .as("children with other keys")
        .noneMatch(child -> child.getValue().equals(before.get(child.getKey())));
    assertThat(fleet.keysTwice()).isZero();
    assertThat(a.count(Counter.OUTBOUND_KEY_INSTALLS)).isGreaterThanOrEqualTo(2L * fleet.size());
    fleet.removeEverything(LIMIT, others);
  }
}
