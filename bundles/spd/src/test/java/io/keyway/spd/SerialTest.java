package io.keyway.spd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialTest {

  @Test
  void aTaskThatFailsDoesNotStopThoseBehindIt() {
    List<String> ran = new ArrayList<>();
    Executor direct = Runnable::run;
    Serial serial = new Serial(direct);
    serial.execute(
        () -> {
          serial.execute(() -> ran.add("second"));
          throw new IllegalStateException("a bug");
        });
    assertThat(ran).containsExactly("second");
  }

  /** A task under way while the service stops tells others, whose threads are gone. */
  @Test
  void whatComesAfterTheEndOfTheThreadsIsNobodysFault() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    Serial announcements = new Serial(threads);
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    CountDownLatch told = new CountDownLatch(1);
    assertThatCode(() -> announcements.execute(told::countDown)).doesNotThrowAnyException();
    assertThat(told.getCount()).isEqualTo(1);
  }
}
