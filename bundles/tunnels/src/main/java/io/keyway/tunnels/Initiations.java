package io.keyway.tunnels;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Starts negotiations, a bounded number at a time: when 10 000 peers come back at once, those that
 * wait must not time out those that run.
 */
final class Initiations {

  private static final int MOST_AT_ONCE = 256;

  private final Loop loop;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  Initiations(Loop loop) {
    this.loop = loop;
  }

  /** Starts one as soon as there is room; {@code then} runs on the loop. */
  void start(
      IkeEngine engine,
      String connection,
      String child,
      Optional<SelectorPair> packet,
      Duration timeout,
      Consumer<ChildResult> then) {
    Runnable task = () -> run(engine, connection, child, packet, timeout, then);
    if (running < MOST_AT_ONCE) {
      running++;
      task.run();
    } else {
      waiting.add(task);
    }
  }

  private void run(
      IkeEngine engine,
      String connection,
      String child,
      Optional<SelectorPair> packet,
      Duration timeout,
      Consumer<ChildResult> then) {
    CompletableFuture<ChildResult> answer;
    try {
      answer = engine.initiate(connection, child, packet, timeout).toCompletableFuture();
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.whenComplete(
        (result, error) ->
            loop.execute(
                () -> {
                  next();
                  then.accept(
                      error == null
                          ? result
                          : ChildResult.of(
                              io.keyway.api.Outcome.unavailable("the engine failed: " + error)));
                }));
  }

  private void next() {
    Runnable task = waiting.poll();
    if (task == null) {
      running--;
    } else {
      task.run();
    }
  }
}
