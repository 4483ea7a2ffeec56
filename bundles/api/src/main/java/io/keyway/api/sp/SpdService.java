package io.keyway.api.sp;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The security policy database. As with the SAD, calls never block and complete normally with an
 * {@link Outcome} within {@code timeout}.
 *
 * <p>A {@link PolicyAction.Protect} claim is put asleep: it takes its place only by {@link
 * #select}, so that both halves of a new child can be installed before traffic turns to it. All
 * other claims are awake from the start. Of the awake claims of one stack the one with the highest
 * priority is programmed; of equals the one selected, or put, last.
 */
public interface SpdService {

  /** Adds or replaces one claim; {@code SAME} when it stands there already. */
  CompletionStage<Outcome> put(Policy policy, Duration timeout);

  /**
   * Wakes every claim of a child: the switch of a rekey, one write for each place. If one place
   * fails, the outcome says so and the others stay as they are now.
   */
  CompletionStage<Outcome> select(ChildId child, Duration timeout);

  /**
   * Removes every claim of a child; the next claim of each stack takes its place in the same write
   * (so protect turns back into hold, never into clear). Idempotent.
   */
  CompletionStage<Outcome> remove(ChildId child, Duration timeout);

  /**
   * What the outbound places a child holds have sent, summed; kept across rekeys where the plane
   * can.
   */
  CompletionStage<Usage> usage(ChildId child, Duration timeout);

  /** What the inbound places a child holds have let in; absent where the plane cannot tell. */
  default CompletionStage<Usage> received(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(Usage.ABSENT);
  }

  /**
   * What the places a child claims have dropped for want of an SA; absent where the plane cannot
   * tell.
   */
  default CompletionStage<Usage> held(ChildId child, Duration timeout) {
    return CompletableFuture.completedFuture(Usage.ABSENT);
  }

  /** Removes every claim of an owner, or of one life of it. */
  CompletionStage<List<Outcome>> flush(String owner, Optional<String> instance, Duration timeout);

  /** Every claim, highest first within its stack; one snapshot, many readers. */
  List<Entry> entries();

  /**
   * One claim of the database.
   *
   * @param awake takes part in the choice
   * @param programmed confirmed on the plane
   * @param problem why it is not, or empty
   */
  record Entry(Policy policy, boolean awake, boolean programmed, String problem) {}
}
