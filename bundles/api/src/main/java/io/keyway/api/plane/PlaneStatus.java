package io.keyway.api.plane;

import io.keyway.api.sa.Generation;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a data plane is.
 *
 * @param connection where the session stands
 * @param reason why it is not ready, or empty; names the cause and what to do
 * @param tables rows used and free, where the plane has tables
 * @param drift rows and SAs that differ from what was written, when it was last compared
 */
public record PlaneStatus(
    Connection connection,
    String reason,
    Generation generation,
    List<TableUse> tables,
    OptionalLong drift,
    Optional<Instant> lastReconcile) {

  /** Where the session with the device stands. */
  public enum Connection {
    /** No contact. */
    DOWN,
    /** Contact is being made. */
    CONNECTING,
    /** Connected, but the device runs no pipeline yet. */
    NO_PIPELINE,
    /** Connected, but another controller is primary for our role. */
    NOT_PRIMARY,
    /** What is on the device is being compared with what should be. */
    RECONCILING,
    /** Changes can be applied. */
    READY
  }

  /** Rows of one table. */
  public record TableUse(String table, long used, long size) {}

  public PlaneStatus {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(generation, "generation");
    tables = List.copyOf(tables);
  }

  public boolean ready() {
    return connection == Connection.READY;
  }
}
