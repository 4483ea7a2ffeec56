package io.keyway.api.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The security association database. Callers are the native engine and, later, charon's callbacks,
 * which come one by one and out of step.
 *
 * <p>Calls never block and never throw for what happens on the plane: the stage completes normally
 * with an {@link Outcome}, at the latest after {@code timeout}. Stages complete on a thread of the
 * service; a caller moves on to its own.
 */
public interface SadService {

  /** What a pair of SAs is for; decides who gets a plane's last free rows. */
  enum Purpose {
    /** Traffic that has no pair yet: FULL at once when rows are kept for rekeys of others. */
    NEW,
    /** Replaces a pair, by our wish: waits in line for rows, as long as the time limit allows. */
    REKEY,
    /**
     * Replaces a pair, by the peer's wish: waits a moment only, as the peer can delete what it
     * replaced before only after our answer (its window is one exchange, RFC 7296 section 2.3).
     */
    PEER_REKEY
  }

  /**
   * Gets an inbound SPI for a pair of SAs that replaces none.
   *
   * @param plane name of the data plane
   */
  CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout);

  /**
   * Gets an inbound SPI for a pair of SAs, when the plane's tables have room for the whole pair.
   * The room is kept until both SAs are installed or the lease is given back.
   *
   * @return FULL, naming the table with its rows used and free, when there is no room
   */
  default CompletionStage<Result<SpiLease>> reserve(
      String plane, Purpose purpose, Duration timeout) {
    return reserve(plane, timeout);
  }

  /** Gives back a lease that no SA came to use. Idempotent. */
  CompletionStage<Outcome> release(SpiLease lease);

  /**
   * Installs one SA. Ownership of {@code keys} passes, whatever the outcome.
   *
   * <p>An outbound key is noted as burnt before it is written (packet safety rule 4). {@link
   * Outcome.Kind#UNKNOWN} for an outbound SA means: this child ends, negotiate new keys.
   */
  CompletionStage<Outcome> add(SecurityAssociation sa, SaKeys keys, Duration timeout);

  /** Moves an SA to other endpoints: same key, counter and replay window (MOBIKE, NAT mapping). */
  CompletionStage<Outcome> move(SaId sa, Endpoints endpoints, Duration timeout);

  /** Counters by SA; an SA that is not known is left out. */
  CompletionStage<Map<SaId, Usage>> usage(Collection<SaId> sas, Duration timeout);

  /** Removes one SA; idempotent. When the plane is down, the removal is done later. */
  CompletionStage<Outcome> remove(SaId sa, Duration timeout);

  /**
   * Removes everything of an owner.
   *
   * @param instance one life of it, or empty for all
   */
  CompletionStage<List<Outcome>> flush(String owner, Optional<String> instance, Duration timeout);

  /** Hands what earlier instances of an owner left to a new one; returns what there is. */
  List<SecurityAssociation> adopt(String owner, String newInstance);

  /** What is installed, as far as it was confirmed; one snapshot, many readers. */
  List<Entry> entries();

  /**
   * One SA of the database.
   *
   * @param state {@code installing}, {@code installed}, {@code removing}, {@code burnt}
   */
  record Entry(SecurityAssociation sa, String state, Generation generation) {}

  /** Subscribes to events; called on a thread of the service, must not block. */
  Registration subscribe(Consumer<SadEvent> listener);
}
