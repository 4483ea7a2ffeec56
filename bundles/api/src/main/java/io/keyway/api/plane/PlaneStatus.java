package io.keyway.api.plane;

import io.keyway.api.sa.Generation;
import java.time.Duration;
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
 * @param spis what became of the SPIs that the device gave, where it gives them
 * @param exposure the last time that its contents were lost, or may have been
 * @param warnings what works now and will not for long, such as a certificate near its end; each
 *     names the cause and what to do
 */
public record PlaneStatus(
    Connection connection,
    String reason,
    Generation generation,
    List<TableUse> tables,
    OptionalLong drift,
    Optional<Instant> lastReconcile,
    Optional<SpiUse> spis,
    Optional<Exposure> exposure,
    List<String> warnings) {

  /** Where the session with the device stands. */
  public enum Connection {
    /** No contact. */
    DOWN,
    /** Contact is being made. */
    CONNECTING,
    /** Connected, but the device runs no pipeline yet. */
    NO_PIPELINE,
    /** Connected and standing by: another controller is primary for our role. */
    NOT_PRIMARY,
    /** What is on the device is being compared with what should be. */
    RECONCILING,
    /** Changes can be applied. */
    READY
  }

  /** Rows of one table. */
  public record TableUse(String table, long used, long size) {}

  /**
   * Inbound SPIs of a device that gives them and takes none back.
   *
   * @param leased in use, or in a negotiation
   * @param pooled given back unused, and waiting for the next negotiation
   * @param leaked used up for nothing since the plane was started
   */
  public record SpiUse(long leased, long pooled, long leaked) {}

  /**
   * A time in which packets may have passed in clear, because the device had lost its contents.
   *
   * @param since when contact was lost, or when it was noticed that the contents are gone
   * @param length until the device confirmed that all traffic of ours is held; empty: not yet
   */
  public record Exposure(Instant since, Optional<Duration> length) {}

  /** Of a plane that has none of the rest to tell. */
  public PlaneStatus(
      Connection connection,
      String reason,
      Generation generation,
      List<TableUse> tables,
      OptionalLong drift,
      Optional<Instant> lastReconcile) {
    this(
        connection,
        reason,
        generation,
        tables,
        drift,
        lastReconcile,
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  public PlaneStatus {
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(generation, "generation");
    tables = List.copyOf(tables);
    warnings = List.copyOf(warnings);
  }

  public boolean ready() {
    return connection == Connection.READY;
  }
}
