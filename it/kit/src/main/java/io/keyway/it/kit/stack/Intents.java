package io.keyway.it.kit.stack;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A configuration that a test sets as a whole. */
public final class Intents implements IntentStore {

  private final List<Consumer<IntentSnapshot>> listeners = new ArrayList<>();
  private IntentSnapshot now = IntentSnapshot.EMPTY;

  public synchronized void set(IntentSnapshot snapshot) {
    now = snapshot;
    List.copyOf(listeners).forEach(listener -> listener.accept(snapshot));
  }

  @Override
  public synchronized IntentSnapshot snapshot() {
    return now;
  }

  @Override
  public CompletionStage<List<Outcome>> submit(
      List<IntentChange> changes, boolean allOrNothing, Duration timeout) {
    throw new UnsupportedOperationException("tests set whole snapshots");
  }

  @Override
  public synchronized Registration subscribe(Consumer<IntentSnapshot> listener) {
    listeners.add(listener);
    listener.accept(now);
    return () -> {
      synchronized (this) {
        listeners.remove(listener);
      }
    };
  }
}
