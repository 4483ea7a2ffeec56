package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.plane.infrap4d.device.Device;
import java.util.List;
import java.util.Optional;

/** The state of a plane for everybody: written on its thread, read on any. */
final class StatusBoard {

  private final Parts parts;
  private final Warnings warnings;
  private Optional<Device> device = Optional.empty();
  private volatile PlaneStatus status;

  StatusBoard(Parts parts, Warnings warnings) {
    this.parts = parts;
    this.warnings = warnings;
    this.status = make(Connection.CONNECTING, "contact with infrap4d is being made");
  }

  PlaneStatus status() {
    return status;
  }

  /** The device whose tables are shown from now on. */
  void device(Optional<Device> now) {
    device = now;
  }

  void publish(Connection connection, String reason) {
    status = make(connection, reason);
  }

  /** Numbers have changed, the connection has not. */
  void refresh() {
    publish(status.connection(), status.reason());
  }

  private PlaneStatus make(Connection connection, String reason) {
    return new PlaneStatus(
        connection,
        reason,
        parts.reconciler.generation(),
        device.map(parts.reconciler::tables).orElse(List.of()),
        parts.reconciler.drift(),
        parts.reconciler.last(),
        Optional.of(parts.ledger.use()),
        parts.holds.exposure(),
        warnings.now());
  }
}
