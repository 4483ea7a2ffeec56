package io.keyway.ike.engine.base;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Brings the answers of other services home to the worker that asked. */
public final class Home {
  private Home() {}

  /**
   * A future that completes on the worker, always normally, and within the limit even if the
   * service breaks its promise.
   *
   * @param failed makes a value of what went wrong
   * @param late gets a value that came after the limit
   */
  public static <T> CompletableFuture<T> bring(
      Worker worker,
      CompletionStage<T> stage,
      Duration limit,
      Function<String, T> failed,
      Consumer<T> late) {
    CompletableFuture<T> home = new CompletableFuture<>();
    CompletableFuture<T> future = stage.toCompletableFuture();
    Worker.Timer timer =
        future.isDone()
            ? Worker.Timer.NONE
            : worker.after(
                limit,
                () -> home.complete(failed.apply("no answer within " + limit.toSeconds() + " s")));
    future.whenComplete(
        (value, error) -> {
          Runnable deliver =
              () -> {
                timer.cancel();
                T result = error == null ? value : failed.apply(describe(error));
                if (!home.complete(result) && error == null) {
                  late.accept(value);
                }
              };
          if (worker.isCurrent()) {
            deliver.run();
          } else {
            worker.execute(deliver);
          }
        });
    return home;
  }

  private static String describe(Throwable error) {
    Throwable cause = error.getCause() == null ? error : error.getCause();
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
