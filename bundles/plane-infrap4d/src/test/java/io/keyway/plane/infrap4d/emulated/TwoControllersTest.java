package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.emulated.Site.End;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several controllers for one role of one device. */
class TwoControllersTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");

  private final List<AutoCloseable> open = new ArrayList<>();
  private Site site;

  @BeforeEach
  void start() throws Exception {
    site =
        new Site(EmulatorConfig.onLoopback("a", "wire"), new Wire("wire", InstantSource.system()));
    open.add(site);
    site.ready();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private Infrap4dPlane controller(int priority) throws InterruptedException {
    Thread.sleep(2); // another start time
    Infrap4dSettings s = site.settings();
    Infrap4dPlane plane = site.plane(Draft.of(s, d -> d.electionPriority = priority));
    open.add(0, plane);
    plane.start();
    return plane;
  }

  private static void await(BooleanSupplier condition, Infrap4dPlane plane)
      throws InterruptedException {
    long end = System.nanoTime() + Site.LONG.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never: " + plane.status());
      }
      Thread.sleep(5);
    }
  }

  private static boolean standsBy(Infrap4dPlane plane) {
    return plane.status().connection() == Connection.NOT_PRIMARY;
  }

  @Test
  void theOneThatStartedFirstLeadsAndTheOtherStandsByOnOneStreamAndChangesNothing()
      throws Exception {
    Infrap4dPlane standby = controller(1);
    await(() -> standsBy(standby), standby);
    assertThat(standby.status().reason()).contains("stands by").contains("election-priority");
    assertThat(site.emulator.server().streams()).isEqualTo(2);
    assertThat(site.emulator.server().expireSubscribers()).as("no gNMI stream either").isEqualTo(1);
    long spis = site.count(Counter.SPIS_ALLOCATED);
    assertThat(standby.allocateSpi(Site.LONG).toCompletableFuture().join().done()).isFalse();
    assertThat(
            standby
                .apply(standby.generation(), List.of(Site.hold(A, B)), Site.LONG)
                .toCompletableFuture()
                .join()
                .get(0)
                .kind())
        .isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(site.count(Counter.SPIS_ALLOCATED)).isEqualTo(spis);
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.ok());
    assertThat(site.plane.status().ready()).isTrue();
  }

  @Test
  void itTakesOverAsSoonAsTheFirstEndsAndTheFirstStandsByWhenItReturns() throws Exception {
    Infrap4dPlane standby = controller(1);
    await(() -> standsBy(standby), standby);
    long begin = System.nanoTime();
    site.plane.close();
    await(() -> standby.status().ready(), standby);
    assertThat((System.nanoTime() - begin) / 1_000_000)
        .as("ms, without a new contact")
        .isLessThan(2_000);
    assertThat(
            standby
                .apply(standby.generation(), List.of(Site.hold(A, B)), Site.LONG)
                .toCompletableFuture()
                .join())
        .containsExactly(Outcome.ok());

    Infrap4dPlane returned = controller(1);
    await(() -> standsBy(returned), returned);
    assertThat(standby.status().ready()).isTrue();
  }

  @Test
  void aHigherPriorityTakesTheLeadAndTheFormerLeaderStopsAtOnceAndKeepsItsStream()
      throws Exception {
    site.apply(Site.hold(A, B));
    Infrap4dPlane higher = controller(9);
    await(() -> higher.status().ready(), higher);
    site.await(PlaneEvent.Down.class::isInstance);
    assertThat(standsBy(site.plane)).isTrue();
    assertThat(site.emulator.server().streams()).isEqualTo(2);
    assertThat(site.apply(Site.hold(A, new End("198.51.100.1", "10.2.0.7"))).get(0).kind())
        .isEqualTo(Outcome.Kind.UNAVAILABLE);

    higher.close();
    site.await(PlaneEvent.GenerationChanged.class::isInstance);
    site.ready();
    assertThat(site.apply(Site.hold(A, new End("198.51.100.1", "10.2.0.7"))))
        .containsExactly(Outcome.ok());
  }

  @Test
  void anSaThatWasOnItsWayAtTheDemotionIsUnknownAtOnceAndRemovedOnceWeLeadAgain() throws Exception {
    demotedWithAnSaOnItsWay(800);
    await(() -> !site.emulator.device().sas().isEmpty(), site.plane);
    assertThat(site.plane.status().ready()).as("as standby it removes nothing").isFalse();

    open.get(0).close();
    site.await(PlaneEvent.GenerationChanged.class::isInstance);
    site.ready();
    assertThat(site.emulator.device().sas()).isEmpty();
  }

  @Test
  void anSaThatComesOnlyAfterWeLeadAgainAndHaveLookedIsRemovedToo() throws Exception {
    demotedWithAnSaOnItsWay(3_000);
    open.get(0).close();
    site.await(PlaneEvent.GenerationChanged.class::isInstance);
    site.ready();
    assertThat(site.emulator.device().sas()).as("not there yet").isEmpty();
    assertThat(site.plane.status().ready()).isTrue();

    await(() -> !site.emulator.device().sas().isEmpty(), site.plane);
    await(() -> site.emulator.device().sas().isEmpty(), site.plane);
  }

  /** The device comes to the inbound SA of a pair so late; another controller leads before. */
  private void demotedWithAnSaOnItsWay(int millis) throws Exception {
    site.apply(Site.hold(A, B));
    SpiLease lease = site.lease();
    site.emulator
        .faults()
        .add(Fault.of(Fault.Operation.SAD_INSERT, Fault.Effect.DELAY, 1).delayed(millis));
    var outcomes =
        site.plane.apply(
            site.plane.generation(),
            List.of(
                site.add(
                    lease,
                    Direction.INBOUND,
                    lease.spi(),
                    A,
                    B,
                    key(2),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED),
                site.add(
                    lease,
                    Direction.OUTBOUND,
                    new Spi(0xC0000001L),
                    A,
                    B,
                    key(3),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED)),
            Site.LONG);
    // Not before it is on its way.
    await(() -> site.emulator.faults().pending() == 0, site.plane);
    Infrap4dPlane higher = controller(9);
    await(() -> higher.status().ready(), higher);
    List<Outcome> answered = outcomes.toCompletableFuture().join();
    assertThat(site.emulator.device().sas()).as("nobody waited for it").isEmpty();
    assertThat(answered.get(0).kind()).as("may come yet").isEqualTo(Outcome.Kind.UNKNOWN);
    assertThat(answered.get(0).reason()).contains("may have been done");
    assertThat(answered.get(1).kind()).as("never begun").isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(site.count(Counter.OUTBOUND_KEY_INSTALLS)).isZero();
  }

  private static byte[] key(int seed) {
    byte[] key = new byte[36];
    java.util.Arrays.fill(key, (byte) seed);
    key[0] = 1;
    return key;
  }

  @Test
  void fiveStreamsAreTheDevicesLimitAndStillTheNextOneFollows() throws Exception {
    List<Infrap4dPlane> standbys = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Infrap4dPlane standby = controller(1);
      await(() -> standsBy(standby), standby);
      standbys.add(standby);
    }
    assertThat(site.emulator.server().streams()).isEqualTo(5);
    Infrap4dPlane sixth = controller(1);
    await(() -> sixth.status().reason().contains("RESOURCE_EXHAUSTED"), sixth);
    site.plane.close();
    await(() -> standbys.stream().anyMatch(s -> s.status().ready()), standbys.get(0));
    await(
        () ->
            standbys.stream().filter(s -> s.status().ready()).count() == 1
                && standbys.stream().filter(TwoControllersTest::standsBy).count() == 3,
        standbys.get(0));
  }
}
