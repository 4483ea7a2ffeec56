package io.keyway.api.plane;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One device that does ESP. Only the {@code sad} and {@code spd} services change it; everybody may
 * look.
 *
 * <p>Calls never block, and complete normally within {@code timeout} with an outcome per item. The
 * service stays registered while the device is not reachable.
 */
public interface DataPlane extends PlaneModel {

  /** Service property with {@link #name()}. */
  String NAME_PROPERTY = "keyway.plane";

  /** Type in the configuration, such as {@code infrap4d}. */
  String type();

  PlaneStatus status();

  /** The current life of the device's contents. */
  default Generation generation() {
    return status().generation();
  }

  /** Gets an inbound SPI and the index of the pair. */
  CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout);

  /** Gives an unused lease back; a device that cannot take it back keeps it for the next one. */
  CompletionStage<Outcome> releaseSpi(SpiLease lease);

  /**
   * Applies changes in their order: what depends on an earlier one goes in a later write. An item
   * that fails leaves nothing of itself behind, except an outbound SA with {@link
   * Outcome.Kind#UNKNOWN}. Keys of every {@link PlaneChange.AddSa} are closed in any case.
   *
   * @param expected the generation that the caller thinks of; in another one every item is
   *     UNAVAILABLE
   * @return one outcome per change, same order
   */
  CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout);

  /**
   * Every policy that must be on the device in this life is there, as far as the database of
   * policies knows. A plane that forwards nothing in clear until it hears so puts bypass policies
   * in force now; others have nothing to do. May be called again in the same life.
   *
   * @return SAME where it makes no difference
   */
  default CompletionStage<Outcome> policiesComplete(Generation expected, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.same());
  }

  /**
   * What outbound places have sent through SAs, over all rekeys: counters that never go back for as
   * long as the place exists. A place that is not counted, or never had an SA, is left out. Asking
   * for many at a time, or often, costs one reading of the device.
   */
  CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout);

  /**
   * What outbound places have dropped for want of an SA, by the same rules; empty where the plane
   * cannot tell.
   */
  default CompletionStage<Map<SelectorPair, Usage>> heldUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  /**
   * What inbound places have let in through SAs, by the same rules; empty where the plane cannot
   * tell.
   */
  default CompletionStage<Map<SelectorPair, Usage>> receivedUsage(
      Collection<SelectorPair> inbound, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  /** Counters by SA where the device keeps them; others are left out. */
  CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> sas, Duration timeout);

  /** Reads back what can be read. */
  CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout);

  /**
   * Compares the device with what was written, and mends it.
   *
   * @param mode {@code check} only looks; {@code repair} writes missing rows and removes stale ones
   *     of ours; {@code purge} also removes rows in our tables that nobody knows
   */
  CompletionStage<Outcome> reconcile(String mode, Duration timeout);

  /** Removes what an owner left; for planes that keep owners themselves. */
  CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout);

  /** Subscribes to events; called on a thread of the plane, must not block. */
  Registration subscribe(Consumer<PlaneEvent> listener);
}
