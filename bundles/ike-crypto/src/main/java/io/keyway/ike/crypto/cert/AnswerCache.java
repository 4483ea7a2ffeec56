package io.keyway.ike.crypto.cert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What was fetched, until it is too old. Who asks for the same at the same time waits for the same
 * request; what failed is not tried again for a while; the number of requests under way is bounded.
 */
final class AnswerCache {
  private static final int MOST = 2000;
  private static final int MOST_UNDER_WAY = 64;

  /** Something fetched, and how long it may be used. */
  record Answer(Object value, Instant until) {}

  private record Entry(CompletableFuture<Answer> answer, Instant asked) {}

  private final Clock clock;
  private final Map<String, Entry> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
          return size() > MOST;
        }
      };
  private int underWay;

  AnswerCache(Clock clock) {
    this.clock = clock;
  }

  CompletableFuture<Object> get(
      String key, Supplier<CompletableFuture<Answer>> fetch, Duration failureAge) {
    CompletableFuture<Answer> promise = new CompletableFuture<>();
    synchronized (this) {
      Entry known = entries.get(key);
      if (known != null && usable(known, failureAge)) {
        return known.answer().thenApply(Answer::value);
      }
      if (underWay >= MOST_UNDER_WAY) {
        return CompletableFuture.failedFuture(
            new UnusableException("too many other answers are waited for; try again"));
      }
      underWay++;
      entries.put(key, new Entry(promise, clock.instant()));
    }
    CompletableFuture<Answer> fetched;
    try {
      fetched = fetch.get();
    } catch (RuntimeException e) {
      fetched = CompletableFuture.failedFuture(e);
    }
    fetched.whenComplete(
        (answer, error) -> {
          synchronized (this) {
            underWay--;
          }
          if (error == null) {
            promise.complete(answer);
          } else {
            promise.completeExceptionally(error);
          }
        });
    return promise.thenApply(Answer::value);
  }

  /** Everything of a kind that is here and not too old. */
  synchronized <T> List<T> values(Class<T> kind) {
    Instant now = clock.instant();
    return entries.values().stream()
        .map(Entry::answer)
        .filter(answer -> answer.isDone() && !answer.isCompletedExceptionally())
        .map(CompletableFuture::join)
        .filter(answer -> answer.until().isAfter(now) && kind.isInstance(answer.value()))
        .map(answer -> kind.cast(answer.value()))
        .toList();
  }

  private boolean usable(Entry entry, Duration failureAge) {
    if (!entry.answer().isDone()) {
      return true;
    }
    Instant now = clock.instant();
    return entry.answer().isCompletedExceptionally()
        ? entry.asked().plus(failureAge).isAfter(now)
        : entry.answer().join().until().isAfter(now);
  }
}
