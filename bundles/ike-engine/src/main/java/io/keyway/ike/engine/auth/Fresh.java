package io.keyway.ike.engine.auth;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Values that are loaded from the store, kept for a few seconds: thousands of peers that come at
 * once share one load, and what an operator changes counts a moment later.
 */
final class Fresh<K, V> {
  static final Duration AGE = Duration.ofSeconds(5);
  private static final int MOST = 10_000;

  private record Entry<V>(CompletableFuture<V> value, Instant loaded) {}

  private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();
  private final Map<K, V> last = new ConcurrentHashMap<>();
  private final Clock clock;
  private final Function<K, CompletableFuture<V>> load;

  /**
   * With a loader.
   *
   * @param load does not block
   */
  Fresh(Clock clock, Function<K, CompletableFuture<V>> load) {
    this.clock = clock;
    this.load = load;
  }

  CompletableFuture<V> get(K key) {
    Instant now = clock.instant();
    if (entries.size() > MOST) {
      entries.clear();
      last.clear();
    }
    return entries
        .compute(
            key,
            (k, known) ->
                known != null && known.loaded().plus(AGE).isAfter(now)
                    ? known
                    : new Entry<>(loading(k), now))
        .value();
  }

  private CompletableFuture<V> loading(K key) {
    CompletableFuture<V> value = load.apply(key);
    value.whenComplete(
        (loaded, error) -> {
          if (error == null) {
            last.put(key, loaded);
          } else {
            entries.computeIfPresent(key, (k, e) -> e.value() == value ? null : e);
          }
        });
    return value;
  }

  /** What was loaded last, at once, while a newer one is fetched; empty the first time. */
  Optional<V> now(K key) {
    get(key);
    return Optional.ofNullable(last.get(key));
  }

  /** Forgets a value that was of no use, so that the next one who asks gets the newest. */
  void forget(K key) {
    entries.remove(key);
  }
}
