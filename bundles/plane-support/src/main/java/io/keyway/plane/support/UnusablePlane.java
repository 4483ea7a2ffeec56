package io.keyway.plane.support;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A data plane whose settings cannot be used: it does nothing, and its status says why. */
public final class UnusablePlane implements DataPlane {

  private final String type;
  private final PlaneModel model;
  private final String reason;

  /**
   * @param model what a device of the type could represent
   * @param reason what is wrong with the settings, and what to do
   */
  public UnusablePlane(String type, PlaneModel model, String reason) {
    this.type = type;
    this.model = model;
    this.reason = reason;
  }

  private Outcome why() {
    return Outcome.unavailable("data plane " + name() + " cannot be used: " + reason);
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public PlaneCapabilities capabilities() {
    return model.capabilities();
  }

  @Override
  public PlaneStatus status() {
    return new PlaneStatus(
        Connection.DOWN,
        reason,
        Generation.NONE,
        List.of(),
        OptionalLong.empty(),
        Optional.empty());
  }

  @Override
  public Result<String> place(Direction direction, SelectorPair selectors) {
    return model.place(direction, selectors);
  }

  @Override
  public CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout) {
    return CompletableFuture.completedFuture(Result.failed(why()));
  }

  @Override
  public CompletionStage<Outcome> releaseSpi(SpiLease lease) {
    return CompletableFuture.completedFuture(why());
  }

  @Override
  public CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout) {
    for (PlaneChange change : changes) {
      if (change instanceof PlaneChange.AddSa add) {
        add.keys().close();
      }
    }
    return CompletableFuture.completedFuture(Collections.nCopies(changes.size(), why()));
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> sas, Duration timeout) {
    return CompletableFuture.completedFuture(Map.of());
  }

  @Override
  public CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout) {
    return CompletableFuture.completedFuture(Result.failed(why()));
  }

  @Override
  public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
    return CompletableFuture.completedFuture(why());
  }

  @Override
  public CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout) {
    return CompletableFuture.completedFuture(Outcome.same());
  }

  @Override
  public Registration subscribe(Consumer<PlaneEvent> listener) {
    return () -> {};
  }
}
