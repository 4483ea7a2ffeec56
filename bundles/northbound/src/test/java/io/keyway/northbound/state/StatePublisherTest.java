package io.keyway.northbound.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.tunnel.TunnelService;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Services;
import io.keyway.northbound.States;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Time passes by {@link Manual#tick()}, and everything runs on the test's thread. */
class StatePublisherTest {

  private final Services services = new Services();
  private final List<TunnelStatus> statuses = new ArrayList<>();
  private final Manual executor = new Manual();
  private final Sink sink = new Sink();
  private final StatePublisher publisher =
      new StatePublisher(new StateCollector(services), sink, executor, Duration.ofSeconds(2));

  StatePublisherTest() {
    services.tunnels.set(
        Fakes.of(
            TunnelService.class,
            new Object() {
              public List<TunnelStatus> statuses() {
                return List.copyOf(statuses);
              }
            }));
  }

  @AfterEach
  void stop() {
    publisher.close();
    executor.shutdownNow();
  }

  @Test
  void beginsByThrowingAwayWhatWasThere() {
    up("a");
    executor.tick();
    assertThat(sink.writes).containsExactly("clear +a");
  }

  @Test
  void writesOnlyWhatDiffers() {
    up("a");
    up("b");
    executor.tick();
    executor.tick();
    statuses.set(1, States.tunnel("b", TunnelStatus.Phase.DOWN, "the peer is gone"));
    executor.tick();
    statuses.remove(0);
    executor.tick();
    assertThat(sink.writes).containsExactly("clear +a +b", "+b", "-a");
  }

  @Test
  void looksAreLeftOutWhileAWriteIsUnderWayAndMadeUpForAfterIt() {
    sink.pending = new CompletableFuture<>();
    up("a");
    executor.tick();
    up("b");
    executor.tick();
    executor.tick();
    assertThat(sink.writes).containsExactly("clear +a");
    CompletableFuture<Void> slow = sink.pending;
    sink.pending = null;
    slow.complete(null);
    // Soon, not at once: or a slow datastore would be written to without a pause.
    assertThat(executor.delayed).hasSize(1);
    executor.delayed.remove(0).run();
    assertThat(sink.writes).containsExactly("clear +a", "+b");
  }

  @Test
  void afterAFailureEverythingIsWrittenAnew() {
    up("a");
    executor.tick();
    sink.pending = CompletableFuture.failedFuture(new IllegalStateException("no leader"));
    up("b");
    executor.tick();
    sink.pending = null;
    executor.tick();
    assertThat(sink.writes).containsExactly("clear +a", "+b", "clear +a +b");
  }

  @Test
  void manyEventsAreOneLook() {
    executor.tick();
    sink.writes.clear();
    up("a");
    publisher.hurry();
    publisher.hurry();
    publisher.hurry();
    assertThat(executor.delayed).hasSize(1);
    executor.delayed.remove(0).run();
    assertThat(sink.writes).containsExactly("+a");
  }

  private void up(String name) {
    statuses.add(States.tunnel(name, TunnelStatus.Phase.UP, ""));
  }

  private static final class Sink implements StateSink {
    private final List<String> writes = new ArrayList<>();
    private CompletableFuture<Void> pending;

    @Override
    public CompletionStage<Void> write(
        boolean clear, long version, Collection<Row> changed, Collection<Row> gone) {
      List<String> words = new ArrayList<>();
      if (clear) {
        words.add("clear");
      }
      changed.forEach(row -> words.add("+" + row.key().name()));
      gone.forEach(row -> words.add("-" + row.key().name()));
      writes.add(String.join(" ", words));
      return pending == null ? CompletableFuture.completedFuture(null) : pending;
    }
  }

  /** Runs what is executed at once, what is delayed when told. */
  private static final class Manual extends ScheduledThreadPoolExecutor {
    private final List<Runnable> delayed = new ArrayList<>();
    private Runnable periodic;

    Manual() {
      super(0);
    }

    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      delayed.add(command);
      return null;
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      periodic = command;
      return super.schedule(() -> null, 1, TimeUnit.DAYS);
    }

    void tick() {
      periodic.run();
    }
  }
}
