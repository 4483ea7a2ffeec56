package io.keyway.plane.vrouter.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Questions for counters, which come one by one from every tunnel and are answered together: what
 * gathers while one is on its way goes in the next. On the plane's thread.
 *
 * @param <K> what is asked for
 * @param <V> what is known of it
 */
final class Gatherer<K, V> {

  private record Question<K, V>(Collection<K> keys, CompletableFuture<Map<K, V>> answer) {}

  private final Executor thread;
  private final Function<List<K>, CompletionStage<Map<K, V>>> call;
  private final Consumer<Map<K, V>> read;
  private final List<Question<K, V>> waiting = new ArrayList<>();
  private boolean flying;

  /**
   * @param thread the plane's
   * @param call asks the agent; what is not known is left out of the answer
   * @param read sees every answer of the agent before anybody else
   */
  Gatherer(
      Executor thread,
      Function<List<K>, CompletionStage<Map<K, V>>> call,
      Consumer<Map<K, V>> read) {
    this.thread = thread;
    this.call = call;
    this.read = read;
  }

  /** Completes with an empty map when the agent does not answer. */
  void ask(Collection<K> keys, CompletableFuture<Map<K, V>> answer) {
    waiting.add(new Question<>(keys, answer));
    next();
  }

  private void next() {
    if (flying || waiting.isEmpty()) {
      return;
    }
    List<Question<K, V>> asked = new ArrayList<>(waiting);
    waiting.clear();
    LinkedHashSet<K> keys = new LinkedHashSet<>();
    asked.stream().filter(q -> !q.answer().isDone()).forEach(q -> keys.addAll(q.keys()));
    if (keys.isEmpty()) {
      asked.forEach(question -> question.answer().complete(Map.of()));
      return;
    }
    flying = true;
    asked(List.copyOf(keys))
        .whenComplete(
            (found, error) ->
                thread.execute(
                    () -> {
                      flying = false;
                      if (error == null) {
                        read.accept(found);
                      }
                      asked.forEach(q -> answer(q, error == null ? found : Map.of()));
                      next();
                    }));
  }

  /** Should it not even come to a call, those who come later are to be served all the same. */
  private CompletionStage<Map<K, V>> asked(List<K> keys) {
    try {
      return call.apply(keys);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static <K, V> void answer(Question<K, V> question, Map<K, V> found) {
    Map<K, V> own = new HashMap<>();
    for (K key : question.keys()) {
      V value = found.get(key);
      if (value != null) {
        own.put(key, value);
      }
    }
    question.answer().complete(own);
  }
}
