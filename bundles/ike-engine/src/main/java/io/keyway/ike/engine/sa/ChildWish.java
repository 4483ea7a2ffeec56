package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A child that somebody asked for and that is not there yet. */
final class ChildWish {
  private final ChildConfig config;
  private final List<CompletableFuture<ChildResult>> waiters = new ArrayList<>();
  private int attempts;

  ChildWish(ChildConfig config) {
    this.config = config;
  }

  /** Another one with the same waiters. */
  ChildWish copy() {
    ChildWish copy = new ChildWish(config);
    copy.waiters.addAll(waiters);
    return copy;
  }

  ChildConfig config() {
    return config;
  }

  void await(CompletableFuture<ChildResult> waiter) {
    waiters.add(waiter);
  }

  /** Counts an attempt and says how many there were. */
  int attempt() {
    return ++attempts;
  }

  void complete(ChildResult result) {
    waiters.forEach(waiter -> waiter.complete(result));
    waiters.clear();
  }
}
