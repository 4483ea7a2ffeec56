package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A plane with the capabilities of an E2100; only what tunnels ask of a plane. */
final class FakePlane implements DataPlane {

  private final String name;
  Consumer<PlaneEvent> listener = event -> {};
  PlaneStatus.Connection connection = PlaneStatus.Connection.READY;
  String reason = "";

  /** Rows of its tables rx, tx and term; those not named here it does not tell of. */
  Map<String, Long> sizes = Map.of();

  /** Tells that packets wait, as a vRouter does. */
  boolean traps;

  FakePlane(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String type() {
    return "infrap4d";
  }

  @Override
  public PlaneCapabilities capabilities() {
    return new PlaneCapabilities(
        Set.of(EncryptionAlgorithm.AES_GCM_16_128, EncryptionAlgorithm.AES_GCM_16_256),
        Set.of(IntegrityAlgorithm.NONE),
        PlaneCapabilities.SelectorShape.DESTINATION_HOST_AND_PROTOCOL,
        Set.of(IpsecMode.TUNNEL, IpsecMode.TRANSPORT),
        true,
        2048,
        false,
        false,
        false,
        true,
        true,
        traps,
        false,
        false,
        true,
        false,
        false,
        true,
        false,
        false,
        false);
  }

  @Override
  public PlaneStatus status() {
    boolean tells = connection == PlaneStatus.Connection.READY;
    return new PlaneStatus(
        connection,
        reason,
        new Generation(1),
        tells
            ? sizes.entrySet().stream()
                .map(t -> new PlaneStatus.TableUse(t.getKey(), 0, t.getValue()))
                .toList()
            : List.of(),
        OptionalLong.empty(),
        Optional.empty());
  }

  @Override
  public RowNeeds rowNeeds() {
    return new RowNeeds(Map.of("rx", 1), Map.of("tx", 2), Map.of("term", 1));
  }

  @Override
  public Result<String> place(Direction direction, SelectorPair selectors) {
    if (!selectors.remote().isHost()) {
      return Result.failed(Outcome.refused("data plane " + name + " cannot match a subnet"));
    }
    if (selectors.remote().isAnyProtocol()) {
      return Result.failed(Outcome.refused("data plane " + name + " cannot match any protocol"));
    }
    return Result.ok(
        selectors.remote().first().getHostAddress() + "/" + selectors.remote().protocol());
  }

  @Override
  public Registration subscribe(Consumer<PlaneEvent> newListener) {
    listener = newListener;
    return () -> listener = event -> {};
  }

  @Override
  public CompletionStage<Result<SpiLease>> allocateSpi(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> releaseSpi(SpiLease lease) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<Outcome>> apply(
      Generation expected, List<PlaneChange> changes, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Map<SelectorPair, Usage>> policyUsage(
      Collection<SelectorPair> outbound, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Map<SaId, Usage>> saUsage(Collection<SaId> sas, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Result<PlaneSnapshot>> snapshot(Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> reconcile(String mode, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Outcome> flush(String owner, Optional<String> instance, Duration timeout) {
    throw new UnsupportedOperationException();
  }
}
