package io.keyway.api.plane;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Timer;
import io.keyway.api.sa.Generation;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Calls a plane so that whatever it does, an answer comes, once: a plane that throws, answers with
 * the wrong number of outcomes or never at all has an unknown outcome. Both databases rest on that,
 * so what is promised of {@link DataPlane} is held up here, for whoever calls one.
 */
public final class PlaneCalls {

  private final Executor executor;
  private final Timer timer;
  private final Duration guard;

  /**
   * @param executor runs what follows an answer
   * @param timer gives up at last
   * @param guard what a plane may take longer than the limit it was given before it is given up
   */
  public PlaneCalls(Executor executor, Timer timer, Duration guard) {
    this.executor = executor;
    this.timer = timer;
    this.guard = guard;
  }

  /** Hands one outcome for each change to {@code then}, on a thread of the service. */
  public void apply(
      DataPlane plane,
      Generation generation,
      List<PlaneChange> changes,
      Duration timeout,
      Consumer<List<Outcome>> then) {
    bounded(() -> plane.apply(generation, changes, timeout), timeout)
        .whenCompleteAsync(
            (outcomes, fault) -> then.accept(complete(plane, changes.size(), outcomes, fault)),
            executor);
  }

  private static List<Outcome> complete(
      DataPlane plane, int size, List<Outcome> outcomes, Throwable fault) {
    if (fault == null && outcomes != null && outcomes.size() == size) {
      return outcomes;
    }
    String why = fault == null ? "it answered with another number of outcomes" : reason(fault);
    return Collections.nCopies(
        size, Outcome.unknown("data plane " + plane.name() + " did not answer: " + why));
  }

  /** The stage of a call, completed exceptionally when the plane throws or never answers. */
  public <T> CompletableFuture<T> bounded(Call<T> call, Duration timeout) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Duration limit = timeout.plus(guard);
    Registration overdue =
        timer.schedule(
            limit,
            () ->
                answer.completeExceptionally(
                    new IllegalStateException("nothing came within " + limit.toMillis() + " ms")));
    try {
      call.start()
          .whenComplete(
              (value, fault) -> {
                overdue.close();
                if (fault == null) {
                  answer.complete(value);
                } else {
                  answer.completeExceptionally(fault);
                }
              });
    } catch (RuntimeException e) {
      overdue.close();
      answer.completeExceptionally(e);
    }
    return answer;
  }

  /** Why a call failed, for people. */
  public static String reason(Throwable fault) {
    Throwable cause = fault;
    while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** Starts a call. */
  @FunctionalInterface
  public interface Call<T> {
    CompletionStage<T> start();
  }
}
