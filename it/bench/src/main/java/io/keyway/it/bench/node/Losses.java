package io.keyway.it.bench.node;

import io.keyway.api.ike.EngineEvent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Counts SAs that ended without one that took over. */
final class Losses implements Consumer<EngineEvent> {
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicReference<String> first = new AtomicReference<>("");

  @Override
  public void accept(EngineEvent event) {
    if (event instanceof EngineEvent.IkeDown down) {
      note(down.connection() + ": " + down.reason());
    } else if (event instanceof EngineEvent.ChildDown down) {
      note(down.childName() + ": " + down.reason());
    }
  }

  private void note(String what) {
    count.incrementAndGet();
    first.compareAndSet("", what);
  }

  int count() {
    return count.get();
  }

  /** Why the first one ended. */
  String first() {
    return first.get();
  }
}
