package io.keyway.tunnels;

import static io.keyway.tunnels.FakeIntent.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Generation;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tunnels that the tables of their plane can never carry are refused when they are configured. */
class BudgetTest {

  private final ManualLoop loop = new ManualLoop();
  private final FakeIntent intent = new FakeIntent();
  private final FakePlane plane = new FakePlane("ipu-1");
  private final FakeSpd spd = new FakeSpd();
  private TunnelsCore core;

  @BeforeEach
  void start() {
    core = new TunnelsCore(loop, "now", new SplittableRandom(1));
    core.setIntentStore(intent);
    core.setSpd(spd);
    core.setSad(new FakeSad());
    core.setEngine(new FakeEngine());
  }

  private TunnelStatus status(String name) {
    return core.statuses().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private void configure(int from, int to) {
    intent.set(
        IntStream.rangeClosed(from, to)
            .mapToObj(i -> tunnel("t" + i, "udp", "10.2.0." + i + "/32"))
            .toArray(Tunnel[]::new));
  }

  @Test
  void tunnelWhosePairWouldTakeTheRowsOfRekeysIsRefusedAndHeld() {
    plane.sizes = Map.of("rx", 4L, "tx", 100L, "term", 10L);
    core.addPlane(plane);
    configure(1, 4);
    for (int i = 1; i <= 3; i++) {
      assertThat(status("t" + i).phase()).isEqualTo(Phase.UP);
    }
    assertThat(status("t4").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t4").reason())
        .contains("FULL: table rx of data plane ipu-1 has 4 rows")
        .contains("take 3 and rekeys need 1, and this one needs 1");
    assertThat(status("t4").held()).isTrue();
  }

  @Test
  void tunnelWhoseHoldHasNoRoomSaysThatItPassesInClear() {
    plane.sizes = Map.of("rx", 100L, "tx", 5L, "term", 10L);
    core.addPlane(plane);
    configure(1, 3);
    assertThat(status("t2").phase()).isEqualTo(Phase.UP);
    assertThat(status("t3").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t3").reason())
        .contains("table tx of data plane ipu-1 has 5 rows", "take 4", "needs 2")
        .contains("passes in CLEAR");
    assertThat(status("t3").held()).isFalse();
    assertThat(spd.claims).extracting(c -> c.child().connection()).doesNotContain("t3");
  }

  @Test
  void comesUpWhenAnotherMakesRoom() {
    plane.sizes = Map.of("rx", 4L, "tx", 100L, "term", 10L);
    core.addPlane(plane);
    configure(1, 4);
    configure(2, 4);
    assertThat(status("t4").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void whoWasThereFirstStaysWhenThePlaneComesBack() {
    plane.sizes = Map.of("rx", 3L, "tx", 100L, "term", 10L);
    core.addPlane(plane);
    configure(2, 3);
    configure(1, 3);
    assertThat(status("t1").phase()).isEqualTo(Phase.INVALID);
    plane.connection = Connection.DOWN;
    plane.listener.accept(new PlaneEvent.Down("the cable was cut"));
    configure(1, 3);
    plane.connection = Connection.READY;
    plane.listener.accept(new PlaneEvent.Up(new Generation(1)));
    assertThat(status("t1").phase()).isEqualTo(Phase.INVALID);
    assertThat(status("t2").phase()).isEqualTo(Phase.UP);
    assertThat(status("t3").phase()).isEqualTo(Phase.UP);
  }

  @Test
  void planeWithoutTablesRefusesNobody() {
    core.addPlane(plane);
    configure(1, 50);
    assertThat(core.statuses()).allMatch(s -> s.phase() == Phase.UP);
  }
}
