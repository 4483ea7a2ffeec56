package io.keyway.it.bench.node;

import com.google.gson.JsonObject;
import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Brings many tunnels up and rekeys them, a bounded number at a time, and measures each. */
final class Generator {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final IkeEngine engine;
  private final List<String> loaded = new ArrayList<>();
  private int round;
  private int initiated;

  Generator(IkeEngine engine) {
    this.engine = engine;
  }

  /** Loads so many more connections with names that were never used before. */
  void prepare(Profile profile, int count, InetSocketAddress local, InetSocketAddress remote)
      throws Exception {
    round++;
    int site = loaded.size();
    for (int i = 0; i < count; i++) {
      String name = "site-" + round + "-" + i;
      Outcome outcome =
          engine
              .load(Sites.site(profile, name, ++site, local, remote))
              .toCompletableFuture()
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (!outcome.done()) {
        throw new IllegalStateException(name + " cannot be loaded: " + outcome.reason());
      }
      loaded.add(name);
    }
  }

  /** One operation on one connection, by name. */
  private interface Operation {
    CompletionStage<ChildResult> begin(String name);
  }

  /**
   * Initiates everything that is loaded and not initiated yet.
   *
   * @param window how many may be under way at a time
   */
  JsonObject initiate(int window) throws InterruptedException, TimeoutException {
    List<String> fresh = List.copyOf(loaded.subList(initiated, loaded.size()));
    initiated = loaded.size();
    return all(fresh, window, name -> engine.initiate(name, name, TIMEOUT));
  }

  /**
   * Rekeys everything that is loaded.
   *
   * @param children CHILD_SAs, or else IKE SAs
   */
  JsonObject rekey(boolean children, int window) throws InterruptedException, TimeoutException {
    return all(
        List.copyOf(loaded),
        window,
        name ->
            engine.rekey(
                children ? new Selection.Child(name, name) : new Selection.Connection(name),
                TIMEOUT));
  }

  private static JsonObject all(List<String> names, int window, Operation operation)
      throws InterruptedException, TimeoutException {
    int count = names.size();
    long[] nanos = new long[count];
    Arrays.fill(nanos, Long.MAX_VALUE);
    AtomicInteger failed = new AtomicInteger();
    AtomicReference<String> reason = new AtomicReference<>("");
    Semaphore free = new Semaphore(window);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      free.acquire();
      int index = i;
      String name = names.get(i);
      long start = System.nanoTime();
      operation
          .begin(name)
          .whenComplete(
              (result, error) -> {
                if (error == null && result.outcome().kind() == Outcome.Kind.OK) {
                  nanos[index] = System.nanoTime() - start;
                } else {
                  failed.incrementAndGet();
                  reason.compareAndSet("", why(name, result, error));
                }
                free.release();
              });
    }
    if (!free.tryAcquire(window, TIMEOUT.toSeconds() + 10, TimeUnit.SECONDS)) {
      throw new TimeoutException("the engine did not answer for every call");
    }
    long elapsed = System.nanoTime() - begun;
    Arrays.sort(nanos);
    int done = count - failed.get();
    JsonObject answer = new JsonObject();
    answer.addProperty("done", done);
    answer.addProperty("failed", failed.get());
    answer.addProperty("reason", reason.get());
    answer.addProperty("seconds", elapsed / 1e9);
    if (done > 0) {
      answer.addProperty("p50", nanos[done / 2] / 1e6);
      answer.addProperty("p99", nanos[Math.min(done - 1, done * 99 / 100)] / 1e6);
    }
    return answer;
  }

  private static String why(String name, ChildResult result, Throwable error) {
    return name
        + ": "
        + (error != null
            ? error.toString()
            : result.outcome().kind() + " " + result.outcome().reason());
  }

  /** Ends everything, telling the peer. */
  void clear(int window) throws InterruptedException {
    Semaphore free = new Semaphore(window);
    for (String name : loaded) {
      free.acquire();
      engine.unload(name, TIMEOUT).whenComplete((outcome, error) -> free.release());
    }
    free.tryAcquire(window, TIMEOUT.toSeconds() + 10, TimeUnit.SECONDS);
    loaded.clear();
    initiated = 0;
  }
}
