package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Generation;
import io.keyway.protocol.vrouter.v1.Change;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The router's agent dies or freezes under traffic; strongSwan is the peer and knows nothing. */
@Timeout(180)
class AgentCrashIT {

  @RegisterExtension static final NotRun CONDITION = new NotRun(Strongswan::obstacle);

  /** What a service manager waits before it starts a dead service again. */
  private static final long RESTART_MILLIS = 500;

  private static long millisSince(long begin) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
  }

  private static void restart(CrashLab site) throws InterruptedException {
    Thread.sleep(RESTART_MILLIS);
    site.agent().start();
  }

  /** The IKE SA is the one that it was. */
  private static void assertSameIke(CrashLab site, long initiatorSpi) {
    assertThat(site.keyway().engine.snapshot())
        .hasSize(1)
        .allMatch(sa -> sa.initiatorSpi() == initiatorSpi && sa.state().equals("ESTABLISHED"));
  }

  @Test
  void killedUnderTrafficItComesBackByARekeyOnTheLivingIkeSa() throws Exception {
    try (CrashLab site = CrashLab.open(Map.of())) {
      Flow flow = Flow.start(site.lab());
      flow.awaitMore();
      long steady = System.nanoTime();
      long ike = site.keyway().engine.snapshot().get(0).initiatorSpi();
      int spi = site.spiOut();
      Generation before = site.keyway().plane.generation();
      int written = site.recorder().changes().size();
      AtomicLong noticed = new AtomicLong();
      List<PlaneEvent> events = new CopyOnWriteArrayList<>();
      site.keyway()
          .plane
          .subscribe(
              event -> {
                if (event instanceof PlaneEvent.Down) {
                  noticed.compareAndSet(0, System.nanoTime());
                }
                events.add(event);
              });

      long killed = System.nanoTime();
      site.agent().kill();
      site.await("noticed", () -> noticed.get() != 0);
      restart(site);
      long started = System.nanoTime();
      site.awaitAnother(spi);
      long up = millisSince(started);
      flow.awaitMore();
      long back = System.nanoTime();
      flow.awaitMore();

      assertThat(site.keyway().plane.generation()).isGreaterThan(before);
      assertThat(events).anyMatch(e -> e instanceof PlaneEvent.GenerationChanged);
      assertSameIke(site, ike);
      List<Change> all = site.recorder().changes();
      CrashLab.assertHeldFirst(all.subList(written, all.size()));
      site.assertNoKeyTwice();
      Flow.Verdict verdict = flow.end().assertClean();
      assertThat(verdict.pausesSince(killed)).as("the stream stopped, and went on").isNotEmpty();
      System.out.printf(
          "agent killed: noticed after %d ms; protected again %d ms after it was back; the stream"
              + " stood still for %s ms (of which %d until it was back); lost %d packets%n",
          TimeUnit.NANOSECONDS.toMillis(noticed.get() - killed),
          up,
          verdict.pausesSince(killed),
          TimeUnit.NANOSECONDS.toMillis(started - killed),
          verdict.lost(killed, Long.MAX_VALUE));
      assertThat(verdict.lostApartFrom(steady, killed)).as("before").isZero();
      assertThat(verdict.lost(back, Long.MAX_VALUE)).as("afterwards").isZero();
    }
  }

  @Test
  void killedAgainBeforeItIsBackAndWhileARekeyIsUnderWay() throws Exception {
    try (CrashLab site = CrashLab.open(Map.of())) {
      Flow flow = Flow.start(site.lab());
      flow.awaitMore();
      long ike = site.keyway().engine.snapshot().get(0).initiatorSpi();
      for (int pause : new int[] {0, 40, 150}) {
        int spi = site.spiOut();
        site.keyway().tunnels.rekey(CrashLab.TUNNEL, java.time.Duration.ofSeconds(20));
        Thread.sleep(pause);
        site.agent().kill();
        site.agent().start();
        Thread.sleep(pause);
        site.agent().kill();
        restart(site);
        site.awaitAnother(spi);
        flow.awaitMore();
      }
      assertSameIke(site, ike);
      site.assertNoKeyTwice();
      flow.end().assertClean();
    }
  }

  @Test
  @ExtendWith(NotRun.Long.class)
  void frozenItIsMissedAndGoesOnWithItsKeysWhenItThaws() throws Exception {
    try (CrashLab site = CrashLab.open(Map.of("rpc-timeout", "1000"))) {
      Flow flow = Flow.start(site.lab());
      flow.awaitMore();
      int spi = site.spiOut();
      Generation before = site.keyway().plane.generation();
      int written = site.recorder().installs().size();
      long frozen = System.nanoTime();
      signal(site, "-STOP");
      try {
        site.await("missed", () -> !site.keyway().plane.status().ready());
        System.out.printf("agent frozen: missed after %d ms%n", millisSince(frozen));
      } finally {
        signal(site, "-CONT");
      }
      site.awaitUp();
      flow.awaitMore();
      assertThat(site.keyway().plane.generation()).isEqualTo(before);
      assertThat(site.spiOut()).isEqualTo(spi);
      assertThat(site.recorder().installs()).hasSize(written);
      flow.end().assertClean();
    }
  }

  private static void signal(CrashLab site, String signal) throws Exception {
    int status =
        new ProcessBuilder("kill", signal, Long.toString(site.agent().pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(status).isZero();
  }
}
