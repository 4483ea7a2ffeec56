package io.keyway.shell;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** Takes down what was submitted and answers as the test says. */
public final class FakeIntentStore implements IntentStore {

  public IntentSnapshot snapshot = IntentSnapshot.EMPTY;
  public final List<IntentObject> submitted = new ArrayList<>();
  public boolean allOrNothing;
  public Function<IntentObject, Outcome> answer = ignored -> Outcome.ok();
  public CompletableFuture<List<Outcome>> instead;

  @Override
  public IntentSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public CompletionStage<List<Outcome>> submit(
      List<IntentChange> changes, boolean all, Duration timeout) {
    allOrNothing = all;
    List<Outcome> outcomes = new ArrayList<>();
    for (IntentChange change : changes) {
      IntentObject object = ((IntentChange.Put) change).value();
      submitted.add(object);
      outcomes.add(answer.apply(object));
    }
    return instead != null ? instead : CompletableFuture.completedFuture(outcomes);
  }

  @Override
  public Registration subscribe(Consumer<IntentSnapshot> listener) {
    listener.accept(snapshot);
    return () -> {};
  }

  /** What was submitted of one type. */
  public <T extends IntentObject> List<T> submitted(Class<T> type) {
    return submitted.stream().filter(type::isInstance).map(type::cast).toList();
  }
}
