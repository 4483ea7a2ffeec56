package io.keyway.shell;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a service's answer, never without a limit. */
public final class Stages {

  /** Services keep deadlines of their own; this much later we stop believing in an answer. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private Stages() {}

  /**
   * The answer.
   *
   * @param what what is waited for, for the message
   * @throws CommandFailure when there is none
   */
  public static <T> T await(CompletionStage<T> stage, Duration timeout, String what) {
    try {
      return stage.toCompletableFuture().get(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure(what + ": no answer within " + timeout.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new CommandFailure(what + ": " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(what + ": interrupted; it may still happen");
    }
  }
}
