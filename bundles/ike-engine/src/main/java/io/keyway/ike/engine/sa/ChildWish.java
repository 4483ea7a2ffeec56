package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ts.SelectorPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A child that somebody asked for and that is not there yet. */
final class ChildWish {
  private final ChildConfig config;
  private final Optional<SelectorPair> packet;
  private final List<CompletableFuture<ChildResult>> waiters = new ArrayList<>();
  private int attempts;

  /**
   * @param packet that it is wanted for, if one is known
   */
  ChildWish(ChildConfig config, Optional<SelectorPair> packet) {
    this.config = config;
    this.packet = packet;
  }

  /** Another one with the same waiters. */
  ChildWish copy() {
    ChildWish copy = new ChildWish(config, packet);
    copy.waiters.addAll(waiters);
    return copy;
  }

  ChildConfig config() {
    return config;
  }

  Optional<SelectorPair> packet() {
    return packet;
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
