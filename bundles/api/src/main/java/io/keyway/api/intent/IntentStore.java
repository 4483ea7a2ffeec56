package io.keyway.api.intent;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The store of the configuration: read a snapshot, submit changes. */
public interface IntentStore {

  /** The configuration now. */
  IntentSnapshot snapshot();

  /**
   * Submits changes; each is checked (references, cross-field rules) against the configuration as
   * the whole submission would make it.
   *
   * @param allOrNothing when one change is refused, none is made
   * @return one outcome per change, same order; REFUSED names path and reason
   */
  CompletionStage<List<Outcome>> submit(
      List<IntentChange> changes, boolean allOrNothing, Duration timeout);

  /**
   * Calls {@code listener} with the present snapshot, and again after every change, in order. It
   * must not block.
   */
  Registration subscribe(Consumer<IntentSnapshot> listener);
}
