package io.keyway.ike.engine.base;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HomeTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final VirtualTime time = new VirtualTime();
  private final Worker worker = time.forStripe(0);
  private final List<String> late = new ArrayList<>();

  private CompletableFuture<String> bring(CompletableFuture<String> stage) {
    return Home.bring(worker, stage, LIMIT, problem -> "failed: " + problem, late::add);
  }

  @Test
  void answersArriveOnTheWorker() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    List<Boolean> where = new ArrayList<>();
    CompletableFuture<String> home = bring(stage);
    home.thenAccept(value -> where.add(worker.isCurrent()));
    stage.complete("yes");
    assertThat(home).isNotDone();
    time.run(Duration.ofSeconds(1));
    assertThat(home).isCompletedWithValue("yes");
    assertThat(where).containsExactly(true);
  }

  @Test
  void exceptionsBecomeValues() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> home = bring(stage);
    stage.completeExceptionally(new IllegalStateException("no disk"));
    time.run(Duration.ofSeconds(1));
    assertThat(home).isCompletedWithValue("failed: IllegalStateException: no disk");
  }

  @Test
  void silenceBecomesAValueAndALateAnswerIsHandedOver() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> home = bring(stage);
    time.run(Duration.ofSeconds(11));
    assertThat(home).isCompletedWithValue("failed: no answer within 10 s");
    stage.complete("too late");
    time.run(Duration.ofSeconds(1));
    assertThat(late).containsExactly("too late");
  }
}
