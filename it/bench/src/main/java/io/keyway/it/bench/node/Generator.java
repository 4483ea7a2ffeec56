package io.keyway.it.bench.node;

import com.google.gson.JsonObject;
import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Brings many tunnels up, a bounded number at a time, and measures each. */
final class Generator {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final IkeEngine engine;
  private final List<String> loaded = new ArrayList<>();
  private int round;

  Generator(IkeEngine engine) {
    this.engine = engine;
  }

  /** Loads so many connections with names that were never used before. */
  void prepare(Suite suite, int count, InetSocketAddress local, InetSocketAddress remote)
      throws Exception {
    round++;
    for (int i = 0; i < count; i++) {
      String name = "site-" + round + "-" + i;
      Outcome outcome =
          engine
              .load(Sites.site(suite, name, i + 1, local, remote))
              .toCompletableFuture()
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      if (!outcome.done()) {
        throw new IllegalStateException(name + " cannot be loaded: " + outcome.reason());
      }
      loaded.add(name);
    }
  }

  /**
   * Initiates everything that is loaded.
   *
   * @param window how many may be under way at a time
   */
  JsonObject initiate(int window) throws InterruptedException, TimeoutException {
    int count = loaded.size();
    long[] nanos = new long[count];
    Arrays.fill(nanos, Long.MAX_VALUE);
    AtomicInteger failed = new AtomicInteger();
    AtomicReference<String> reason = new AtomicReference<>("");
    Semaphore free = new Semaphore(window);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      free.acquire();
      int index = i;
      String name = loaded.get(i);
      long start = System.nanoTime();
      engine
          .initiate(name, name, TIMEOUT)
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
      throw new TimeoutException("the engine did not answer for every initiation");
    }
    long elapsed = System.nanoTime() - begun;
    Arrays.sort(nanos);
    int established = count - failed.get();
    JsonObject answer = new JsonObject();
    answer.addProperty("established", established);
    answer.addProperty("failed", failed.get());
    answer.addProperty("reason", reason.get());
    answer.addProperty("seconds", elapsed / 1e9);
    if (established > 0) {
      answer.addProperty("p50", nanos[established / 2] / 1e6);
      answer.addProperty("p99", nanos[Math.min(established - 1, established * 99 / 100)] / 1e6);
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
  }
}
