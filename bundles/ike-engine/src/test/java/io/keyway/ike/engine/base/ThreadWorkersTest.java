package io.keyway.ike.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadWorkersTest {
  private final ThreadWorkers workers = new ThreadWorkers(2);

  @AfterEach
  void close() {
    workers.close();
  }

  @Test
  void oneStripeIsOneWorkerInOrder() throws InterruptedException {
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(1000);
    Worker worker = workers.forStripe(7);
    assertThat(workers.forStripe(7)).isSameAs(worker);
    assertThat(workers.forStripe(-1)).isNotNull();
    for (int i = 0; i < 1000; i++) {
      int number = i;
      worker.execute(
          () -> {
            seen.add(worker.isCurrent() ? number : -1);
            done.countDown();
          });
    }
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).isSorted().startsWith(0).hasSize(1000);
    assertThat(worker.isCurrent()).isFalse();
  }

  @Test
  void aTaskThatThrowsDoesNotEndItsWorker() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    workers
        .forStripe(0)
        .execute(
            () -> {
              throw new IllegalStateException("on purpose");
            });
    workers.forStripe(0).execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void timersRunAndCanBeCancelled() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    Worker worker = workers.forStripe(1);
    Worker.Timer timer = worker.after(Duration.ofHours(1), () -> seen.add("late"));
    timer.cancel();
    timer.cancel();
    worker.after(Duration.ofMillis(1), done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).isEmpty();
    assertThat(worker.backlog()).as("timers are no backlog").isZero();
  }

  @Test
  void afterTheEndTasksAreDropped() {
    workers.close();
    workers.forStripe(0).execute(() -> {});
    workers.forStripe(0).after(Duration.ZERO, () -> {}).cancel();
    assertThat(workers.forStripe(0).backlog()).isZero();
  }
}
